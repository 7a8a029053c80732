"""What the demo issuer signs: access, ID and refresh tokens as Keycloak 26 shapes them.

It is an `auth.discovery.Issuer` too, so that this process reads its keys without HTTP.
"""

import base64
import secrets
import uuid
from hashlib import sha256
from typing import Any

import jwt
from jwt.algorithms import RSAAlgorithm

from auth.demo import assertion
from auth.demo import secrets as files
from auth.demo.people import Subject
from auth.discovery import Metadata
from ehr import clock
from ehr.config import Settings

PATH = "/demo-issuer"
ACCESS_SECONDS = 300
REFRESH_SECONDS = 1800
_SUBJECTS = uuid.UUID("6f2f6a0e-4b57-4f0e-9d53-3a7a1b0c2d11")


class DemoIssuer:
    """Signs with a key made at the first run; what it revoked it knows until it stops."""

    def __init__(self, settings: Settings) -> None:
        """Raises ValueError when an issuer is configured: then the demo's must not exist."""
        if settings.issuer is not None:
            raise ValueError("The demo issuer never runs beside EHR_ISSUER.")
        self.url = f"{settings.public_url}{PATH}"
        self.settings = settings
        self.redirect_uris = frozenset({f"{settings.public_url}/app/callback"})
        self.logout_uris = frozenset(
            {f"{settings.public_url}/app", f"{settings.public_url}/app/", settings.public_url}
        )
        files.mint_secret(settings.data_dir)
        self._key = files.signing_key(settings.data_dir)
        public: dict[str, Any] = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        self._kid = base64.urlsafe_b64encode(sha256(public["n"].encode()).digest())[:22].decode()
        self._jwk = {**public, "kid": self._kid, "alg": "RS256", "use": "sig"}
        self._jwk.pop("key_ops", None)

    async def metadata(self) -> Metadata:
        """Its endpoints."""
        return Metadata(
            issuer=self.url,
            jwks_uri=f"{self.url}/certs",
            authorization_endpoint=f"{self.url}/authorize",
            token_endpoint=f"{self.url}/token",
            end_session_endpoint=f"{self.url}/logout",
            revocation_endpoint=f"{self.url}/revoke",
            token_endpoint_auth_signing_alg_values_supported=(assertion.ALGORITHM,),
        )

    async def jwks(self) -> dict[str, Any]:
        """Its one public key."""
        return {"keys": [self._jwk]}

    def access_token(self, subject: Subject, client: str, scope: str, session: str) -> str:
        """A signed access token for the FHIR base, good for 300 s."""
        claims = self._claims(subject, client, "Bearer", ACCESS_SECONDS, session)
        claims |= {
            "aud": self.settings.token_audience,
            "acr": "1",
            "scope": scope,
            "roles": list(subject.roles),
        }
        if subject.is_person:
            claims |= {"wards": list(subject.groups), "fhirUser": subject.account.external_id}
            claims |= {"preferred_username": subject.login, "name": subject.account.name}
        else:
            claims |= {"client_id": client, "preferred_username": f"service-account-{client}"}
        return self._sign(claims)

    def grant(
        self, subject: Subject, client: str, scope: str, session: str | None = None
    ) -> dict[str, Any]:
        """The reply of the token endpoint; a person gets a refresh token and an ID token too."""
        session = session or secrets.token_urlsafe(18)
        reply: dict[str, Any] = {
            "access_token": self.access_token(subject, client, scope, session),
            "expires_in": ACCESS_SECONDS,
            "token_type": "Bearer",
            "scope": scope,
        }
        if subject.is_person:
            refresh = self._claims(subject, client, "Refresh", REFRESH_SECONDS, session)
            identity = self._claims(subject, client, "ID", ACCESS_SECONDS, session)
            refresh |= {"aud": self.url, "scope": scope, "login": subject.login}
            identity |= {"aud": client, "name": subject.account.name}
            reply |= {
                "refresh_token": self._sign(refresh),
                "refresh_expires_in": REFRESH_SECONDS,
                "id_token": self._sign(identity),
            }
        return reply

    def read_refresh(self, token: str) -> dict[str, Any]:
        """The claims of a refresh token of ours; raises jwt.PyJWTError."""
        claims: dict[str, Any] = jwt.decode(
            token,
            self._key.public_key(),
            algorithms=["RS256"],
            issuer=self.url,
            audience=self.url,
            options={"require": ["exp", "jti", "sid"], "verify_exp": False, "verify_iat": False},
        )
        if claims.get("typ") != "Refresh" or claims["exp"] <= clock.now().timestamp():
            raise jwt.InvalidTokenError("not a refresh token that is still good")
        return claims

    def _claims(
        self, subject: Subject, client: str, kind: str, seconds: int, session: str
    ) -> dict[str, Any]:
        now = int(clock.now().timestamp())
        return {
            "exp": now + seconds,
            "iat": now,
            "jti": str(uuid.uuid4()),
            "iss": self.url,
            "sub": str(uuid.uuid5(_SUBJECTS, subject.account.external_id)),
            "typ": kind,
            "azp": client,
            "sid": session,
        }

    def _sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self._kid})
