"""The demo issuer from outside: choosing a person, codes, refresh, clients, and who may call it."""

import base64
import os
import stat
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest

from auth import smart
from auth.demo import DemoIssuer
from auth.demo import secrets as files
from auth.discovery import HttpIssuer
from auth.keys import KeyCache
from ehr.access import Role
from ehr.config import Settings
from ehr.errors import NotKnown

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


def request(demo: Any, **changed: str | None) -> dict[str, str]:
    asked = {
        "client_id": "tram-web",
        "redirect_uri": f"{demo.settings.public_url}/app/callback",
        "response_type": "code",
        "scope": "openid user/*.cruds",
        "state": "s1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changed
    return {name: value for name, value in asked.items() if value is not None}


async def choose(demo: Any, login: str, **changed: str | None) -> dict[str, str]:
    """The answer that comes back to the client when `login` was chosen."""
    form = request(demo, **changed) | {"login": login}
    reply = await demo.http.post("/demo-issuer/authorize", data=form)
    assert reply.status_code == 303
    address = urlsplit(reply.headers["location"])
    assert address.path == "/app/callback"
    return dict(parse_qsl(address.query))


async def redeem(demo: Any, code: str, **changed: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "client_id": "tram-web",
        "redirect_uri": f"{demo.settings.public_url}/app/callback",
        "code": code,
        "code_verifier": VERIFIER,
    } | changed
    return await demo.http.post("/demo-issuer/token", data=form)


async def tokens(demo: Any, login: str = "clinician.00004") -> dict[str, Any]:
    reply = await redeem(demo, (await choose(demo, login))["code"])
    assert reply.status_code == 200
    assert reply.headers["cache-control"] == "no-store"
    return reply.json()


async def refresh(demo: Any, token: str) -> httpx.Response:
    form = {"grant_type": "refresh_token", "client_id": "tram-web", "refresh_token": token}
    return await demo.http.post("/demo-issuer/token", data=form)


async def test_a_person_logs_in(demo) -> None:
    answer = await choose(demo, "clinician.00004")
    assert answer["state"] == "s1"
    assert answer["iss"] == demo.issuer.url
    given = (await redeem(demo, answer["code"])).json()
    access = await demo.access(given["access_token"])
    assert (access.account, access.wards, access.roles) == (1, {1}, {Role.CLINICIAN})
    for name in ("id_token", "refresh_token"):
        with pytest.raises(NotKnown):
            await demo.access(given[name])


async def test_what_smart_apps_are_told_is_so(demo) -> None:
    told = await smart.configuration(demo.issuer, has_secret=False)
    given = await tokens(demo)  # of an app that began by itself and has no secret
    identity = jwt.decode(given["id_token"], options={"verify_signature": False})
    assert {"launch-standalone", "client-public"} <= {*told["capabilities"]}
    assert ("sso-openid-connect" in told["capabilities"]) == ("fhirUser" in identity)
    assert told["token_endpoint"].endswith("/demo-issuer/token")


async def test_claims_have_the_shape_of_keycloak_s(demo) -> None:
    given = await tokens(demo)
    claims = jwt.decode(given["access_token"], options={"verify_signature": False})
    assert {name: type(value) for name, value in claims.items()} == {
        "exp": int,
        "iat": int,
        "jti": str,
        "iss": str,
        "aud": str,
        "sub": str,
        "typ": str,
        "azp": str,
        "sid": str,
        "acr": str,
        "scope": str,
        "roles": list,
        "wards": list,
        "fhirUser": str,
        "preferred_username": str,
        "name": str,
    }
    assert claims["wards"] == ["/wards/00004"]
    assert claims["exp"] - claims["iat"] == 300


async def test_the_page_is_plain_and_lists_people(demo) -> None:
    reply = await demo.http.get("/demo-issuer/authorize", params=request(demo))
    assert reply.status_code == 200
    assert reply.text.count("<button") == 3
    assert "Còn 1 người khác" in reply.text
    assert "<script" not in reply.text
    assert "hospital.bachmai" not in reply.text
    assert "Ba Đình" in reply.text
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


@pytest.mark.parametrize(
    ("typed", "count"),
    [("00145", 1), ("ngoc HA", 1), ("clinician", 3), (" ", 3), ("bachmai", 0), ("nobody", 0)],
)
async def test_people_are_found_by_login_name_or_ward(demo, typed: str, count: int) -> None:
    reply = await demo.http.get("/demo-issuer/authorize", params=request(demo) | {"q": typed})
    assert reply.text.count("<button") == count
    assert ("Không tìm thấy ai" in reply.text) is (count == 0)


async def test_what_is_typed_is_shown_as_text(demo) -> None:
    params = request(demo, state='"><b>') | {"q": '"><script>alert(1)</script>'}
    reply = await demo.http.get("/demo-issuer/authorize", params=params)
    assert "<script" not in reply.text
    assert "<b>" not in reply.text


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": "evil"},
        {"client_id": None},
        {"redirect_uri": None},
        {"redirect_uri": "https://evil.example/app/callback"},
        {"suffix": "/more"},
        {"suffix": "?x=1"},
        {"suffix": "#x"},
        {"path": "/app/other"},
    ],
)
async def test_a_wrong_client_or_address_ends_on_a_page(demo, changed) -> None:
    asked = request(demo)
    if "suffix" in changed:
        changed = {"redirect_uri": asked["redirect_uri"] + changed["suffix"]}
    if "path" in changed:
        changed = {"redirect_uri": demo.settings.public_url + changed["path"]}
    asked = request(demo, **changed)
    for reply in (
        await demo.http.get("/demo-issuer/authorize", params=asked),
        await demo.http.post("/demo-issuer/authorize", data=asked | {"login": "clinician.00004"}),
    ):
        assert reply.status_code == 400
        assert "location" not in reply.headers
        assert "Không thể đăng nhập" in reply.text


@pytest.mark.parametrize(
    "changed",
    [
        {"response_type": "token"},
        {"code_challenge": None},
        {"code_challenge": "short"},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
    ],
)
async def test_other_faults_go_back_to_the_client(demo, changed) -> None:
    answer = await choose(demo, "clinician.00004", **changed)
    assert answer["error"] in {"invalid_request", "unsupported_response_type"}
    assert "code" not in answer


@pytest.mark.parametrize("login", ["nobody.here", "hospital.bachmai", "system", ""])
async def test_only_people_can_be_chosen(demo, login) -> None:
    assert (await choose(demo, login))["error"] == "access_denied"


async def test_a_code_is_redeemed_once_by_who_asked_for_it(demo) -> None:
    code = (await choose(demo, "clinician.00004"))["code"]
    assert (await redeem(demo, code)).status_code == 200
    assert (await redeem(demo, code)).json() == {"error": "invalid_grant"}
    for changed in (
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
        {"client_id": "evil"},
        {"redirect_uri": "http://127.0.0.1:1/app/callback"},
    ):
        code = (await choose(demo, "clinician.00004"))["code"]
        reply = await redeem(demo, code, **changed)
        assert (reply.status_code, reply.json()) == (400, {"error": "invalid_grant"})


async def test_the_reuse_of_a_refresh_token_ends_the_session(demo) -> None:
    first = await tokens(demo)
    second = await refresh(demo, first["refresh_token"])
    assert second.status_code == 200
    assert (await demo.access(second.json()["access_token"])).account == 1
    assert (await refresh(demo, first["refresh_token"])).status_code == 400
    assert (await refresh(demo, second.json()["refresh_token"])).status_code == 400


async def test_a_disabled_person_gets_no_new_token(demo, db) -> None:
    first = await tokens(demo)
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET disabled_at = now() WHERE id = 1")
    assert (await refresh(demo, first["refresh_token"])).status_code == 400


@pytest.mark.parametrize("path", ["revoke", "logout"])
async def test_logout_ends_the_session(demo, path) -> None:
    first = await tokens(demo)
    field = {"revoke": "token", "logout": "refresh_token"}[path]
    await demo.http.post(f"/demo-issuer/{path}", data={field: first["refresh_token"]})
    assert (await refresh(demo, first["refresh_token"])).status_code == 400


async def test_keys_and_metadata_are_published(demo) -> None:
    assert (await demo.http.get("/demo-issuer/certs")).json() == await demo.issuer.jwks()
    keys = KeyCache(HttpIssuer(demo.issuer.url, demo.http))
    kid = (await demo.issuer.jwks())["keys"][0]["kid"]
    assert await keys.find(kid, "RS256")
    assert set((await demo.issuer.jwks())["keys"][0]) == {"kty", "n", "e", "kid", "alg", "use"}


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "192.168.1.2"]
)
async def test_another_host_name_is_not_answered(demo, host) -> None:
    for path in ("certs", "authorize", "mint", ".well-known/openid-configuration"):
        reply = await demo.http.get(f"/demo-issuer/{path}", headers={"Host": host})
        assert reply.status_code in {400, 404}


@pytest.mark.parametrize(
    "header", ["Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP"]
)
async def test_a_proxy_of_others_is_not_answered(demo, header) -> None:
    for path in ("certs", "authorize", ".well-known/openid-configuration"):
        url = f"/demo-issuer/{path}"
        assert (await demo.http.get(url)).status_code != 404
        reply = await demo.http.get(url, headers={header: "203.0.113.7"})
        assert reply.status_code == 404


async def test_mint_needs_the_secret_of_the_data_folder(demo) -> None:
    for secret in ("", "guess", "é"):
        reply = await demo.http.post(
            "/demo-issuer/mint",
            data={"login": "system"},
            headers={"X-Demo-Secret": secret.encode()},
        )
        assert reply.status_code == 404


async def test_files_are_readable_by_their_owner_alone(demo) -> None:
    folder = files.folder(demo.settings.data_dir)
    files.mint_secret(demo.settings.data_dir)
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_key_outlives_a_restart(demo) -> None:
    token = (await tokens(demo))["access_token"]
    again = DemoIssuer(demo.settings)
    assert await again.jwks() == await demo.issuer.jwks()
    assert token


def test_it_never_runs_beside_a_configured_issuer(tmp_path) -> None:
    with pytest.raises(ValueError, match="EHR_ISSUER"):
        DemoIssuer(Settings(data_dir=tmp_path, issuer="https://id.example/realms/tram"))
