"""A small but real issuer on a free port: it publishes keys over HTTP and signs what it is told."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from fixtures.database import ISSUER, PATIENCE_SECONDS
from fixtures.serving import free_socket, served
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.bearer import Authenticator
from auth.discovery import HttpIssuer
from ehr import clock
from ehr.db import Database

AUDIENCE = "http://127.0.0.1:8000/fhir"
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@cache
def _first_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class SmallIssuer:
    """Keys by id, a count of how often they were asked for, and a way to sign anything."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.keys: dict[str, tuple[PrivateKey, str]] = {}
        self.fetches = 0
        self.is_down = False
        self.add("rsa", _first_key(), "RS256")

    def add(self, kid: str, key: PrivateKey, algorithm: str) -> None:
        """Publish a key under an id from now on."""
        self.keys[kid] = (key, algorithm)

    def jwk(self, kid: str) -> dict[str, Any]:
        """The public half of a key."""
        key, algorithm = self.keys[kid]
        kind = RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else ECAlgorithm
        public: dict[str, Any] = kind.to_jwk(key.public_key(), as_dict=True)
        public.pop("key_ops", None)
        return {**public, "kid": kid, "alg": algorithm, "use": "sig"}

    def claims(self, **changed: Any) -> dict[str, Any]:
        """A good clinician's claims, in Keycloak's shape; a change to None takes one away."""
        now = int(clock.now().timestamp())
        claims = {
            "exp": now + 300,
            "iat": now,
            "jti": "a-token",
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "subject-1",
            "typ": "Bearer",
            "azp": "tram-web",
            "sid": "a-session",
            "scope": "openid user/*.cruds",
            "wards": ["/wards/00004"],
            "roles": ["ward-clinician"],
            "fhirUser": "Practitioner/clinician-00004",
        } | changed
        return {name: value for name, value in claims.items() if value is not None}

    def sign(
        self, claims: dict[str, Any], kid: str = "rsa", headers: dict[str, Any] | None = None
    ) -> str:
        """A token of any claims, with any further headers."""
        key, algorithm = self.keys[kid]
        # PyJWT refuses some of what is to be refused here, so the payload goes round its checks.
        return jwt.PyJWS().encode(
            json.dumps(claims).encode(),
            key,
            algorithm,
            headers={"kid": kid, "typ": "JWT"} | (headers or {}),
        )

    def token(self, **changed: Any) -> str:
        """A good token, but for the claims named."""
        return self.sign(self.claims(**changed))

    async def discovery(self, request: Request) -> Response:
        """The issuer's metadata."""
        return JSONResponse(
            {
                "issuer": self.url,
                "jwks_uri": f"{self.url}/certs",
                "authorization_endpoint": f"{self.url}/auth",
                "token_endpoint": f"{self.url}/token",
            }
        )

    async def certs(self, request: Request) -> Response:
        """Its keys, or 500 while it is down."""
        self.fetches += 1
        if self.is_down:
            return Response(status_code=500)
        return JSONResponse({"keys": [self.jwk(kid) for kid in self.keys]})


class Stopwatch:
    """A monotonic clock that only a test moves, however long it takes."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self.ahead = 0.0

    def __call__(self) -> float:
        return self._began + self.ahead


@pytest.fixture(autouse=True)
def still() -> Iterator[None]:
    """The calendar stands still: a token has its age however long its test takes."""
    clock.freeze(clock.now())
    yield
    clock.freeze(None)


@pytest.fixture
async def issuer() -> AsyncIterator[SmallIssuer]:
    """A running issuer."""
    port_socket, url = free_socket()
    small = SmallIssuer(url)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", small.discovery),
            Route("/certs", small.certs),
        ]
    )
    async with served(app, port_socket):
        yield small


@pytest.fixture
def stopwatch() -> Stopwatch:
    """The clock of the authenticator's caches."""
    return Stopwatch()


@pytest.fixture
async def authenticator(
    db: Database, issuer: SmallIssuer, stopwatch: Stopwatch
) -> AsyncIterator[Authenticator]:
    """The checks under test, on the real directory tables."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        found = Authenticator(
            db,
            HttpIssuer(issuer.url, http),
            audience=AUDIENCE,
            issuer_name=ISSUER,
            clients=frozenset({"tram-web"}),
            clock=stopwatch,
        )
        yield found
        await found.close()
