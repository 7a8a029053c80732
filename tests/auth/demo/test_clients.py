"""A partner's client at the demo issuer: `private_key_jwt`, short and used once."""

import uuid
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from auth import smart
from auth.demo import secrets as files
from auth.demo.assertion import TYPE
from ehr import clock
from ehr.access import Verb

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def assertion(demo: Any, client: str = "hospital.bachmai", **changed: Any) -> str:
    key = files.client_key(demo.settings.data_dir, changed.pop("key", client))
    algorithm = changed.pop("algorithm", "ES384")
    claims = {
        "iss": client,
        "sub": client,
        "aud": f"{demo.issuer.url}/token",
        "exp": int(clock.now().timestamp()) + changed.pop("left", 240),
        "jti": str(uuid.uuid4()),
    } | changed
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, RSA if algorithm == "RS384" else key, algorithm)


async def as_client(demo: Any, proof: str, **changed: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": proof,
        "scope": "system/Patient.rs",
    } | changed
    return await demo.http.post("/demo-issuer/token", data=form)


async def test_a_hospital_proves_who_it_is(demo) -> None:
    reply = await as_client(demo, assertion(demo))
    assert reply.status_code == 200
    assert "refresh_token" not in reply.json()
    access = await demo.access(reply.json()["access_token"])
    assert (access.account, access.grantee, access.wards) == (11, 11, frozenset())
    assert access.rights == {("Patient", Verb.READ), ("Patient", Verb.SEARCH)}


@pytest.mark.parametrize(
    "changed",
    [
        {"left": 3000},
        {"left": -1},
        {"exp": None},
        {"jti": None},
        {"aud": "https://another.example/token"},
        {"sub": "system"},
        {"key": "system"},
        {"client": "stranger", "key": "system"},
        {"client": "clinician.00004", "key": "system"},
        {"client": "../../etc/passwd", "key": "system"},
    ],
)
async def test_an_assertion_that_does_not_hold(demo, changed) -> None:
    reply = await as_client(demo, assertion(demo, **changed))
    assert (reply.status_code, reply.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize("algorithm", smart.ALGORITHMS)
async def test_smart_apps_are_told_by_what_they_may_sign(demo, algorithm: str) -> None:
    told = await smart.configuration(demo.issuer, has_secret=False)
    reply = await as_client(demo, assertion(demo, algorithm=algorithm))
    is_told = algorithm in told["token_endpoint_auth_signing_alg_values_supported"]
    assert reply.status_code == (200 if is_told else 401)


async def test_an_assertion_is_used_once(demo) -> None:
    proof = assertion(demo)
    assert (await as_client(demo, proof)).status_code == 200
    assert (await as_client(demo, proof)).status_code == 401


@pytest.mark.parametrize(
    ("login", "is_client"), [("hospital.bachmai", True), ("clinician.00004", False)]
)
async def test_a_client_has_its_key_with_its_first_token(demo, login: str, is_client: bool) -> None:
    secret = files.mint_secret(demo.settings.data_dir)
    path = files.folder(demo.settings.data_dir) / f"client-{login}.pem"
    assert not path.exists()
    reply = await demo.http.post(
        "/demo-issuer/mint", data={"login": login}, headers={"X-Demo-Secret": secret}
    )
    assert reply.status_code == 200
    assert path.exists() is is_client
    if is_client:
        assert (await as_client(demo, assertion(demo, login))).status_code == 200
