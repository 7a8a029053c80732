"""Tokens that are refused, each kind of fault with a number; the ids begin with it."""

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.bearer import Authenticator
from auth.claims import LARGEST_TOKEN
from ehr import clock
from ehr.errors import NotKnown

HOUR = 3600
LATER = 4_000_000_000
"""Seconds: far in the future."""


async def ask(authenticator: Authenticator, token: str) -> Any:
    return await authenticator.from_bearer([f"Bearer {token}".encode()], "127.0.0.1")


def unsigned(issuer: Any) -> str:
    return jwt.encode(issuer.claims(), None, algorithm="none", headers={"kid": "rsa"})


def with_public_key_as_secret(issuer: Any) -> str:
    """HS256, with the PEM of the public key as the shared secret: PyJWT refuses to make one."""
    key = issuer.keys["rsa"][0].public_key()
    pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = part({"alg": "HS256", "kid": "rsa", "typ": "JWT"}) + "." + part(issuer.claims())
    return head + "." + base64url(hmac.new(pem, head.encode(), hashlib.sha256).digest())


def with_algorithm(name: str) -> Callable[[Any], str]:
    """A token whose header names another algorithm than it was signed with."""

    def make(issuer: Any) -> str:
        _, payload, signature = issuer.token().split(".")
        return ".".join([part({"alg": name, "kid": "rsa", "typ": "JWT"}), payload, signature])

    return make


def with_pss(issuer: Any) -> str:
    return jwt.encode(issuer.claims(), issuer.keys["rsa"][0], "PS256", headers={"kid": "rsa"})


def with_another_algorithm_of_the_key(issuer: Any) -> str:
    return jwt.encode(issuer.claims(), issuer.keys["rsa"][0], "RS384", headers={"kid": "rsa"})


def with_flipped_byte(issuer: Any) -> str:
    token = issuer.token()
    middle = len(token) - 40
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


def with_changed_payload(issuer: Any) -> str:
    head, _, signature = issuer.token().split(".")
    return ".".join([head, part(issuer.claims(wards=["/wards/00145"])), signature])


def of_another_key(issuer: Any) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return jwt.encode(issuer.claims(), key, "RS256", headers={"kid": "rsa"})


def without_kid(issuer: Any) -> str:
    return jwt.encode(issuer.claims(), issuer.keys["rsa"][0], "RS256")


def encrypted(issuer: Any) -> str:
    return ".".join([part({"alg": "dir", "enc": "A256GCM", "cty": "JWT"}), "", "iv", "text", "tag"])


def changed(**claims: Any) -> Callable[[Any], str]:
    return lambda issuer: issuer.token(**claims)


def ahead(**seconds: int) -> Callable[[Any], str]:
    """A token with times that are so far from now."""

    def make(issuer: Any) -> str:
        now = int(clock.now().timestamp())
        return str(issuer.token(**{name: now + far for name, far in seconds.items()}))

    return make


def headed(**headers: Any) -> Callable[[Any], str]:
    return lambda issuer: issuer.sign(issuer.claims(), headers=headers)


def part(value: dict[str, Any]) -> str:
    return base64url(json.dumps(value).encode())


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


REFUSED: dict[str, Callable[[Any], str]] = {
    "2 alg none": unsigned,
    "3 HS256 with the public key": with_public_key_as_secret,
    "4 PS256": with_pss,
    "4 RS1": with_algorithm("RS1"),
    "4 rs256": with_algorithm("rs256"),
    "4 an algorithm of another key": with_another_algorithm_of_the_key,
    "5 a flipped byte": with_flipped_byte,
    "5 another payload": with_changed_payload,
    "5 another key, same id": of_another_key,
    "6 expired": ahead(exp=-HOUR),
    "6 just expired": ahead(exp=-11),
    "6 no exp": changed(exp=None),
    "6 exp a string": changed(exp=str(LATER)),
    "6 exp true": changed(exp=True),
    "6 exp a list": changed(exp=[LATER]),
    "6 exp not a number": changed(exp=float("nan")),
    "7 nbf in an hour": ahead(nbf=HOUR),
    "7 iat in an hour": ahead(iat=HOUR),
    "7 nbf a string": changed(nbf="0"),
    "8 another issuer": changed(iss="https://evil.example"),
    "8 a slash at the end": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "8 another realm, same key": lambda issuer: issuer.token(iss=f"{issuer.url}/realms/other"),
    "8 no issuer": changed(iss=None),
    "8 issuers": lambda issuer: issuer.token(iss=[issuer.url]),
    "9 no audience": changed(aud=None),
    "9 another audience": changed(aud="account"),
    "9 audience a beginning": changed(aud="http://127.0.0.1:8000/fhir/evil"),
    "9 audiences of others": changed(aud=["account", "another"]),
    "10 an ID token": changed(typ="ID"),
    "10 a refresh token": changed(typ="Refresh"),
    "10 no kind": changed(typ=None),
    "10 an ID token with the header of an access token": lambda issuer: issuer.sign(
        issuer.claims(typ="ID"), headers={"typ": "at+jwt"}
    ),
    "10 a logout token": headed(typ="logout+jwt"),
    "11 a key of its own": headed(jwk={"kty": "RSA", "n": "AQAB", "e": "AQAB"}),
    "11 certificates of its own": headed(x5c=["MIIB"]),
    "11 kid a path": headed(kid="../../dev/null"),
    "11 kid SQL": headed(kid="' or 1=1"),
    "11 no kid": without_kid,
    "14 over 16 KB": changed(filler="x" * LARGEST_TOKEN),
    "15 no subject": changed(sub=None),
    "15 an empty subject": changed(sub=""),
    "15 a number as subject": changed(sub=1),
    "16 encrypted": encrypted,
    "16 crit": headed(crit=["x"], x=1),
    "no client": changed(azp=None),
    "an unknown client": changed(azp="evil-app"),
    "two clients": changed(client_id="another"),
    "no account": changed(fhirUser="Practitioner/stranger"),
    "a client's account as a person": changed(fhirUser=None, azp="tram-web"),
    "a person in a client's name": changed(fhirUser="hospital/bachmai"),
    "not a token": lambda issuer: "abc",
    "an empty part": lambda issuer: "..",
}


@pytest.mark.parametrize("make", REFUSED.values(), ids=REFUSED)
async def test_is_not_known(authenticator, issuer, make) -> None:
    token = make(issuer)
    with pytest.raises(NotKnown) as refusal:
        await ask(authenticator, token)
    assert len(str(refusal.value)) < 90
    assert token[:20] not in str(refusal.value)
    assert issuer.fetches <= 2


@pytest.mark.parametrize("header", ["jku", "x5u"])
async def test_no_address_in_a_token_is_ever_asked(authenticator, issuer, header) -> None:
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.settimeout(0.3)
        address = f"http://127.0.0.1:{trap.getsockname()[1]}/keys"
        with pytest.raises(NotKnown):
            await ask(authenticator, issuer.sign(issuer.claims(), headers={header: address}))
        with pytest.raises(TimeoutError):
            trap.accept()
