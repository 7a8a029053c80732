"""Pages of other sites call the FHIR API when their origin is named; none is by default.

https://fetch.spec.whatwg.org/#http-cors-protocol. What they send is a bearer token: cookies, and
with them the session of the web app, are never allowed from elsewhere.
"""

from collections.abc import Sequence

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED = (
    *("Accept", "Authorization", "Content-Type", "Prefer", "Idempotency-Key", "X-Request-Id"),
    *("If-Match", "If-None-Match", "If-None-Exist", "If-Modified-Since"),
)
"""Headers of requests that mean something to the FHIR API."""
TOLD = (
    *("Content-Location", "ETag", "Last-Modified", "Location", "Retry-After"),
    *("X-Progress", "X-Request-Id"),
)
"""Headers of replies that a page may read."""
PREFLIGHT_SECONDS = 600


def for_browsers(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """`app`, answering also the pages of `origins`; without any it stays as it is."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=origins,
        allow_methods=METHODS,
        allow_headers=ASKED,
        expose_headers=TOLD,
        max_age=PREFLIGHT_SECONDS,
    )
