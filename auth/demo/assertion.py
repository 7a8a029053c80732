"""A client proves who it is with a signed assertion (`private_key_jwt`).

SMART Backend Services: https://hl7.org/fhir/smart-app-launch/client-confidential-asymmetric.html;
RFC 7523. At most five minutes long, each `jti` once, signed by the client's own key.
"""

from pathlib import Path

import jwt

from auth.demo import secrets as files
from auth.demo.memory import Memory
from ehr import clock

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM = "ES384"
"""Of the keys that demo clients have."""
LONGEST_SECONDS = 300


def client_of(assertion: str) -> str | None:
    """The client that an assertion claims to be from, unverified; None when unreadable."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.PyJWTError:
        return None
    issuer = claims.get("iss")
    return issuer if isinstance(issuer, str) and issuer == claims.get("sub") else None


def holds(assertion: str, client: str, *, audience: str, data_dir: Path, memory: Memory) -> bool:
    """Whether `client`, which must be a known one, signed this assertion for this endpoint."""
    try:
        claims = jwt.decode(
            assertion,
            files.client_key(data_dir, client).public_key(),
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=client,
            options={"require": ["exp", "jti", "sub"], "verify_exp": False, "verify_iat": False},
        )
    except jwt.PyJWTError:
        return False
    left = claims["exp"] - clock.now().timestamp()
    if claims["sub"] != client or not 0 < left <= LONGEST_SECONDS:
        return False
    return memory.use_once(f"{client} {claims['jti']}", LONGEST_SECONDS)
