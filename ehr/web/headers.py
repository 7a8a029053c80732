"""The security headers of every answer to a browser.

Content Security Policy: https://www.w3.org/TR/CSP3/. Everything comes from this origin; there is
no inline script or style, no plugin, no frame around the page.
"""

from ehr.config import Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)
NOT_STORED = {"Cache-Control": "no-store"}
"""For every answer that is about a person."""

_ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_YEAR = 31_536_000


def security_headers(*, https: bool) -> dict[str, str]:
    """The headers; with HTTPS also that nothing else is to be used from now on."""
    if not https:
        return dict(_ALWAYS)
    return _ALWAYS | {"Strict-Transport-Security": f"max-age={_YEAR}; includeSubDomains"}


def is_https(settings: Settings) -> bool:
    """Whether browsers come by HTTPS: then cookies are Secure and HSTS is sent."""
    return settings.public_url.startswith("https://")
