"""What `/.well-known/smart-configuration` promises is what tokens are checked for."""

from typing import Any

import httpx
import pytest
from fixtures.database import PATIENCE_SECONDS

from auth import smart
from auth.bearer import BETWEEN_TRIES, Authenticator
from auth.discovery import HttpIssuer
from auth.scopes import rights
from ehr.errors import Unavailable


async def told(issuer, *, has_secret: bool = False) -> dict[str, Any]:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        return await smart.configuration(HttpIssuer(issuer.url, http), has_secret=has_secret)


async def test_it_names_the_issuer_s_endpoints(issuer) -> None:
    found = await told(issuer)
    assert found["jwks_uri"] == f"{issuer.url}/certs"
    assert found["token_endpoint"] == f"{issuer.url}/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]


async def test_its_scopes_and_permissions_are_those_that_grant_something(issuer) -> None:
    found = await told(issuer)
    for scope in found["scopes_supported"]:
        context, separator, _ = scope.partition("/")
        assert not separator or rights([scope], context)
    grants = {
        "permission-user": rights(["user/Patient.rs"], "user"),
        "permission-patient": rights(["patient/Patient.rs"], "patient"),
        "permission-v1": rights(["user/Patient.read"], "user"),
        "permission-v2": rights(["user/Patient.cruds"], "user"),
    }
    permissions = {one for one in found["capabilities"] if one.startswith("permission-")}
    assert permissions == {name for name, granted in grants.items() if granted}


async def test_without_single_sign_on_it_names_no_issuer(issuer) -> None:
    found = await told(issuer)
    assert ("issuer" in found) == ("sso-openid-connect" in found["capabilities"])


@pytest.mark.parametrize("has_secret", [False, True])
async def test_the_kinds_of_client_are_those_that_the_token_endpoint_knows(
    issuer, *, has_secret: bool
) -> None:
    found = await told(issuer, has_secret=has_secret)
    clients = {one for one in found["capabilities"] if one.startswith("client-")}
    of_people = "client-confidential-symmetric" if has_secret else "client-public"
    assert clients == {"client-confidential-asymmetric", of_people}
    methods = found["token_endpoint_auth_methods_supported"]
    assert ("client_secret_post" in methods) == has_secret


async def test_an_issuer_out_of_reach(issuer) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        with pytest.raises(Unavailable):
            await smart.configuration(HttpIssuer("http://127.0.0.1:9", http), has_secret=False)


async def test_an_issuer_out_of_reach_is_asked_rarely(
    authenticator: Authenticator, issuer, stopwatch, monkeypatch
) -> None:
    """Anybody may ask for the CapabilityStatement, which names the endpoints."""
    found = await authenticator.endpoints()
    assert found
    assert found.token_endpoint == f"{issuer.url}/token"
    asked = 0

    async def away() -> None:
        nonlocal asked
        asked += 1
        raise httpx.ConnectError("no answer")

    monkeypatch.setattr(authenticator._issuer, "metadata", away)
    assert [await authenticator.endpoints() for _ in range(50)] == [None] * 50
    assert asked == 1
    stopwatch.ahead += BETWEEN_TRIES
    assert await authenticator.endpoints() is None
    assert asked == 2
