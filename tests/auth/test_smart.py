"""What `/.well-known/smart-configuration` promises is what tokens are checked for."""

import httpx
import pytest

from auth import smart
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
