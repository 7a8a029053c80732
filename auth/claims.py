"""A bearer token, checked in full, becomes Claims; anything else is NotKnown.

JWT access tokens: https://www.rfc-editor.org/rfc/rfc9068; best practice:
https://www.rfc-editor.org/rfc/rfc8725. PyJWT checks the signature; the claims are checked here,
because a library's leniency (an `exp` that is a string, a missing `exp`) must not decide.
"""

import math
import re
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Any

import msgspec
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from auth.keys import ALGORITHMS, KeyCache
from ehr import clock
from ehr.errors import NotKnown

LARGEST_TOKEN = 16 * 1024
LEEWAY_SECONDS = 10
_TOKEN = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_FHIR_USER = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64}")
_HEADER_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt"})
_KEY_HEADERS = frozenset({"crit", "jku", "jwk", "x5u", "x5c"})
"""Headers with which a token would bring its own key, or change what the others mean."""

_JWS = PyJWS(algorithms=sorted(ALGORITHMS))


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified access token says; every field is of the stated type or empty."""

    issuer: str
    subject: str
    client: str
    """`azp`, or `client_id` where there is none."""
    expires: float
    """Seconds since 1970."""
    scopes: frozenset[str] = frozenset()
    groups: tuple[str, ...] = ()
    """The claim `wards`: full group paths."""
    roles: frozenset[str] = frozenset()
    fhir_user: str | None = None
    token_id: str | None = None


class TokenChecks:
    """The checks of one issuer's tokens for one audience."""

    def __init__(self, *, issuer: str, audience: str, keys: KeyCache) -> None:
        self._issuer = issuer
        self._audience = audience
        self.keys = keys

    async def verify(self, token: bytes) -> Claims:
        """The claims of an access token; raises NotKnown, or Unavailable without any keys."""
        if len(token) > LARGEST_TOKEN:
            raise NotKnown("The token is too long.")
        if not _TOKEN.fullmatch(token):
            raise NotKnown("The bearer token is not a signed JSON Web Token.")
        kid, algorithm, header_type = _read_header(token)
        key = await self.keys.find(kid, algorithm)
        try:
            payload = _JWS.decode_complete(token, key, algorithms=[algorithm])["payload"]
            said = msgspec.json.decode(payload, type=dict[str, Any])
        except (PyJWTError, msgspec.MsgspecError, ValueError):
            raise NotKnown("The token cannot be verified.") from None
        self._check_origin(said)
        _check_times(said, clock.now().timestamp())
        _check_kind(said, header_type)
        return _claims(said)

    def _check_origin(self, said: dict[str, Any]) -> None:
        if said.get("iss") != self._issuer:
            raise NotKnown("The token is of another issuer.")
        audience = said.get("aud")
        if self._audience not in (audience if isinstance(audience, list) else [audience]):
            raise NotKnown("The token is not meant for this service.")


def _read_header(token: bytes) -> tuple[str, str, str]:
    """(kid, alg, typ in lower case) of a token whose header is one that is allowed."""
    head, _, _ = token.partition(b".")
    try:
        header = msgspec.json.decode(urlsafe_b64decode(head + b"=="), type=dict[str, Any])
    except (msgspec.MsgspecError, ValueError):
        raise NotKnown("The header of the token cannot be read.") from None
    if not _KEY_HEADERS.isdisjoint(header) or "b64" in header:
        raise NotKnown("The header of the token names keys or extensions.")
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise NotKnown("The token is signed in a way that is not accepted.")
    if not isinstance(kid, str) or not isinstance(kind, str):
        raise NotKnown("The token names no key.")
    if kind.lower() not in _HEADER_TYPES:
        raise NotKnown("The token is not an access token.")
    return kid, algorithm, kind.lower()


def _check_times(said: dict[str, Any], now: float) -> None:
    if "exp" not in said:
        raise NotKnown("The token never expires.")
    if _seconds(said["exp"]) + LEEWAY_SECONDS <= now:
        raise NotKnown("The token has expired.")
    for name in ("nbf", "iat"):
        if name in said and _seconds(said[name]) - LEEWAY_SECONDS > now:
            raise NotKnown("The token is not valid yet.")


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotKnown("A time in the token is not a number.")
    return value


def _check_kind(said: dict[str, Any], header_type: str) -> None:
    """Access tokens only: Keycloak says `typ: Bearer` in the payload, RFC 9068 in the header."""
    kind = said.get("typ")
    if kind != "Bearer" and not (kind is None and header_type != "jwt"):
        raise NotKnown("The token is not an access token.")


def _claims(said: dict[str, Any]) -> Claims:
    subject = said.get("sub")
    if not isinstance(subject, str) or not subject:
        raise NotKnown("The token names no subject.")
    user = said.get("fhirUser")
    return Claims(
        issuer=said["iss"],
        subject=subject,
        client=_client(said),
        expires=float(said["exp"]),
        scopes=_words(said.get("scope")),
        groups=_texts(said.get("wards")),
        roles=frozenset(_texts(said.get("roles"))),
        fhir_user=user if isinstance(user, str) and _FHIR_USER.fullmatch(user) else None,
        token_id=said["jti"] if isinstance(said.get("jti"), str) else None,
    )


def _client(said: dict[str, Any]) -> str:
    named = {said[name] for name in ("azp", "client_id") if isinstance(said.get(name), str)}
    if len(named) != 1 or "" in named:
        raise NotKnown("The token names no client, or two.")
    client: str = named.pop()
    return client


def _words(scope: Any) -> frozenset[str]:
    return frozenset(scope.split(" ")) - {""} if isinstance(scope, str) else frozenset()


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
