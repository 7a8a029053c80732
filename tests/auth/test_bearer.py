"""A request's token: every line of access.md, section A, that is about tokens."""

import base64
import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from auth.bearer import Authenticator
from auth.claims import LARGEST_TOKEN
from ehr import clock
from ehr.access import Role, Verb
from ehr.db import Database
from ehr.directory import accounts
from ehr.errors import NotKnown, Unavailable

NOW = time.time()
HOUR = 3600


async def ask(authenticator: Authenticator, token: str, scheme: str = "Bearer") -> Any:
    return await authenticator.from_bearer([f"{scheme} {token}".encode()], "127.0.0.1")


async def test_a_good_token_is_its_callers_access(authenticator, issuer) -> None:
    access = await ask(authenticator, issuer.token())
    assert access.account == 1
    assert access.client == "tram-web"
    assert access.roles == {Role.CLINICIAN}
    assert access.wards == {1}
    assert access.every_ward is False
    assert access.practitioner == "Practitioner/clinician-00004"
    assert access.token_id == "a-token"
    assert access.address == "127.0.0.1"
    assert access.may("Observation", Verb.CREATE)


def unsigned(issuer: Any) -> str:
    return jwt.encode(issuer.claims(), None, algorithm="none", headers={"kid": "rsa"})


def with_public_key_as_secret(issuer: Any) -> str:
    """HS256, with the PEM of the public key as the shared secret: PyJWT refuses to make one."""
    import hashlib
    import hmac

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
    "6 expired": changed(exp=int(NOW) - HOUR),
    "6 just expired": changed(exp=int(NOW) - 11),
    "6 no exp": changed(exp=None),
    "6 exp a string": changed(exp=str(int(NOW) + HOUR)),
    "6 exp true": changed(exp=True),
    "6 exp a list": changed(exp=[int(NOW) + HOUR]),
    "6 exp not a number": changed(exp=float("nan")),
    "7 nbf in an hour": changed(nbf=int(NOW) + HOUR),
    "7 iat in an hour": changed(iat=int(NOW) + HOUR),
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


GOOD = {
    "several audiences": changed(aud=["account", "http://127.0.0.1:8000/fhir"]),
    "expired within the leeway": lambda issuer: issuer.token(exp=int(time.time()) - 5),
    "issued within the leeway": lambda issuer: issuer.token(iat=int(time.time()) + 5),
    "RFC 9068": lambda issuer: issuer.sign(
        issuer.claims(typ=None, azp=None, client_id="tram-web"), headers={"typ": "at+jwt"}
    ),
    "exp with a fraction": lambda issuer: issuer.token(exp=time.time() + 60.5),
}


@pytest.mark.parametrize("make", GOOD.values(), ids=GOOD)
async def test_is_known(authenticator, issuer, make) -> None:
    assert (await ask(authenticator, make(issuer))).account == 1


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_case_insensitive(authenticator, issuer, scheme) -> None:
    assert (await ask(authenticator, issuer.token(), scheme)).account == 1


@pytest.mark.parametrize(
    "wrap",
    [
        lambda good: [],
        lambda good: [good, good],
        lambda good: [good + b" "],
        lambda good: [b" " + good],
        lambda good: [good + b", " + good],
        lambda good: [good.removeprefix(b"Bearer ")],
        lambda good: [b"Basic " + good.removeprefix(b"Bearer ")],
        lambda good: [b"Bearer"],
        lambda good: [b""],
        lambda good: [b"Bearer " + b"x" * 65_536],
        lambda good: [good + b"\xc3\xa1"],
    ],
)
async def test_exactly_one_header_with_one_token(authenticator, issuer, wrap) -> None:
    good = f"Bearer {issuer.token()}".encode()
    assert await authenticator.from_bearer([good], None)
    with pytest.raises(NotKnown):
        await authenticator.from_bearer(wrap(good), None)


async def test_a_token_seen_is_a_look_into_a_dictionary(authenticator, issuer) -> None:
    header = [f"Bearer {issuer.token()}".encode()]
    first = await authenticator.from_bearer(header, "10.0.0.1")
    assert await authenticator.from_bearer(header, "10.0.0.1") is first
    other = await authenticator.from_bearer(header, "10.0.0.2")
    assert other.address == "10.0.0.2"
    assert issuer.fetches == 1


async def test_a_token_seen_is_refused_once_it_has_expired(
    authenticator, issuer, stopwatch
) -> None:
    token = issuer.token(exp=int(time.time()) + 2)
    await ask(authenticator, token)
    stopwatch.ahead = 20
    clock.freeze(clock.now() + timedelta(seconds=20))
    try:
        with pytest.raises(NotKnown, match="expired"):
            await ask(authenticator, token)
    finally:
        clock.freeze(None)


async def test_a_disabled_account_is_refused_within_ten_seconds(
    authenticator, issuer, stopwatch, db: Database
) -> None:
    token = issuer.token()
    await ask(authenticator, token)
    await accounts.set_disabled(db, 1, clock.now())
    stopwatch.ahead = 9.9
    await _settle(authenticator)
    with pytest.raises(NotKnown, match="disabled"):
        await ask(authenticator, token)


async def _settle(authenticator: Authenticator) -> None:
    """Let the background read of the deny list, which a request has begun, end."""
    _ = 0 in authenticator.denied
    reading = authenticator.denied._reading
    assert reading is not None
    await reading


async def test_a_disabled_account_is_refused_at_once_in_this_process(
    authenticator, issuer, db: Database
) -> None:
    token = issuer.token()
    await ask(authenticator, token)
    authenticator.denied.add(1)
    with pytest.raises(NotKnown):
        await ask(authenticator, token)


async def test_another_assignment_counts_after_ten_seconds(
    authenticator, issuer, stopwatch, db: Database
) -> None:
    token = issuer.token(wards=["/wards/00004", "/wards/00008"])
    assert (await ask(authenticator, token)).wards == {1}
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO staff_assignment (account_id, ward_id, role, valid_from)"
            " VALUES (1, 2, 'ward-clinician', '2025-07-01')"
        )
    stopwatch.ahead = 10
    assert (await ask(authenticator, token)).wards == {1, 2}


async def test_sub_is_bound_at_first_use(authenticator, issuer) -> None:
    assert (await ask(authenticator, issuer.token())).account == 1
    with pytest.raises(NotKnown, match="another subject"):
        await ask(authenticator, issuer.token(sub="someone-else"))
    assert (await ask(authenticator, issuer.token(jti="again"))).account == 1


async def test_a_partner_comes_with_its_own_account(authenticator, issuer) -> None:
    token = issuer.token(
        azp="hospital.bachmai",
        sub="service-account",
        fhirUser=None,
        wards=["/wards/00004"],
        roles=["hospital-partner"],
        scope="system/Patient.rs system/Observation.c",
    )
    access = await ask(authenticator, token)
    assert (access.account, access.grantee, access.wards) == (11, 11, frozenset())
    assert access.practitioner == "Organization/bachmai"
    assert access.rights == {
        ("Patient", Verb.READ),
        ("Patient", Verb.SEARCH),
        ("Observation", Verb.CREATE),
    }


async def test_without_any_key_the_service_is_unavailable(authenticator, issuer) -> None:
    issuer.is_down = True
    with pytest.raises(Unavailable):
        await ask(authenticator, issuer.token())
