"""What `/.well-known/smart-configuration` promises is what tokens are checked for."""

import httpx
import pytest

from auth import smart
from auth.bearer import BETWEEN_TRIES, Authenticator
from auth.discovery import HttpIssuer
from auth.scopes import rights
from ehr.errors import Unavailable


async def test_it_names_the_issuer_s_endpoints(issuer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        found = await smart.configuration(HttpIssuer(issuer.url, http))
    assert found["issuer"] == issuer.url
    assert found["token_endpoint"] == f"{issuer.url}/token"
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert {"permission-v1", "permission-v2"} <= set(found["capabilities"])
    for scope in found["scopes_supported"]:
        context, separator, _ = scope.partition("/")
        assert not separator or rights([scope], context)


async def test_an_issuer_out_of_reach(issuer) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(Unavailable):
            await smart.configuration(HttpIssuer("http://127.0.0.1:9", http))


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
