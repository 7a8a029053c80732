"""Real tokens of a real Keycloak become the Access that the directory allows."""

import re
import secrets
import time

import jwt
import pytest
from fixtures.callers import sees_nobody

from auth.bearer import Authenticator
from ehr.access import Label, Role, Verb
from ehr.errors import NotKnown


async def test_a_ward_clinician(keycloak, authenticator: Authenticator) -> None:
    token = keycloak.token_for_person("clinician.00004")
    access = await authenticator.from_token(token, "127.0.0.1")
    assert (access.account, access.wards, access.roles) == (1, {1}, {Role.CLINICIAN})
    assert access.client == "tram-web"
    assert access.practitioner == "Practitioner/clinician-00004"
    assert access.may("Observation", Verb.CREATE)
    assert not access.reports
    assert access.labels is Label.NONE
    assert access.token_id


async def test_the_city_s_analyst(keycloak, authenticator: Authenticator) -> None:
    access = await authenticator.from_token(keycloak.token_for_person("analyst.city"), None)
    assert access.reports
    assert access.rights == frozenset()
    assert sees_nobody(access)


async def test_a_hospital(keycloak, authenticator: Authenticator) -> None:
    access = await authenticator.from_token(keycloak.token_for_client("hospital.bachmai"), None)
    assert (access.account, access.grantee, access.wards) == (11, 11, frozenset())
    assert access.roles == {Role.PARTNER}
    assert not access.every_ward
    assert access.may("Patient", Verb.SEARCH)
    assert not access.may("Condition", Verb.READ)


async def test_the_system_client(keycloak, authenticator: Authenticator) -> None:
    token = keycloak.token_for_client("system", "system/*.cruds")
    access = await authenticator.from_token(token, None)
    assert access.every_ward
    assert access.rights == {("*", verb) for verb in Verb}


async def test_claims(keycloak) -> None:
    token = keycloak.token_for_person("clinician.00004", "openid user/Patient.rs")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["typ"] == "Bearer"
    assert claims["iss"] == keycloak.issuer
    assert claims["aud"] == keycloak.audience
    assert claims["azp"] == "tram-web"
    assert claims["wards"] == ["/wards/00004"]
    assert claims["roles"] == ["ward-clinician"]
    assert claims["fhirUser"] == "Practitioner/clinician-00004"
    assert set(claims["scope"].split()) == {"openid", "user/Patient.rs"}
    assert claims["exp"] - claims["iat"] == 300
    assert len(token) < 2048
    assert claims.keys() <= {
        *("exp", "iat", "auth_time", "jti", "iss", "aud", "sub", "typ", "azp", "sid", "acr"),
        *("scope", "wards", "roles", "fhirUser"),
    }


async def test_only_access_tokens(keycloak, authenticator: Authenticator) -> None:
    tokens = keycloak.tokens_for_person("clinician.00004")
    for name in ("id_token", "refresh_token"):
        with pytest.raises(NotKnown):
            await authenticator.from_token(tokens[name], None)


async def test_scopes_narrow(keycloak, authenticator: Authenticator) -> None:
    token = keycloak.token_for_person("clinician.00004", "openid user/Patient.rs")
    access = await authenticator.from_token(token, None)
    assert access.rights == {("Patient", Verb.READ), ("Patient", Verb.SEARCH)}


async def test_a_scope_that_was_not_given_to_the_client(keycloak) -> None:
    with keycloak.browser() as browser:
        reply = browser.get(
            f"{keycloak.issuer}/protocol/openid-connect/auth",
            params=keycloak.authorization("v" * 43, scope="openid system/*.cruds"),
        )
    assert "error=invalid_scope" in reply.headers["location"]
    assert (
        keycloak.as_client(keycloak.assertion("hospital.bachmai"), "user/*.cruds").json()["error"]
        == "invalid_scope"
    )


async def test_a_disabled_person_gets_no_new_token_and_is_refused(
    keycloak, authenticator: Authenticator, db
) -> None:
    tokens = keycloak.tokens_for_person("clinician.00008")
    assert await authenticator.from_token(tokens["access_token"], None)
    admin = keycloak.admin()
    user = admin.get_user_id("clinician.00008")
    admin.disable_user(user)
    try:
        assert keycloak.refresh(tokens["refresh_token"]).status_code == 400
        with keycloak.browser() as browser:
            page = browser.get(
                f"{keycloak.issuer}/protocol/openid-connect/auth",
                params=keycloak.authorization("v" * 43),
            )
            password = keycloak.passwords["clinician.00008"]
            assert keycloak.submit(browser, page, "clinician.00008", password).status_code == 200
    finally:
        admin.enable_user(user)


async def test_a_refresh_token_serves_once(keycloak) -> None:
    first = keycloak.tokens_for_person("clinician.00004")
    second = keycloak.refresh(first["refresh_token"])
    assert second.status_code == 200
    assert keycloak.refresh(first["refresh_token"]).status_code == 400
    assert keycloak.refresh(second.json()["refresh_token"]).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"exp": int(time.time()) + 4000, "iat": None},
        {"exp": int(time.time()) + 4000, "iat": int(time.time()) - 330},
        {"jti": None},
        {"exp": int(time.time()) - 60},
        {"aud": "https://another.example"},
        {"sub": "system"},
        {"key": "system"},
    ],
)
async def test_an_assertion_that_does_not_hold(keycloak, changed) -> None:
    reply = keycloak.as_client(keycloak.assertion("hospital.bachmai", **changed))
    assert reply.status_code in {400, 401}
    assert "access_token" not in reply.json()


async def test_an_assertion_serves_once(keycloak) -> None:
    proof = keycloak.assertion("hospital.bachmai")
    assert keycloak.as_client(proof).status_code == 200
    assert keycloak.as_client(proof).status_code in {400, 401}


async def test_wrong_passwords_lock_and_tell_nothing(keycloak) -> None:
    keycloak.set_password("clinician.00145")
    texts = []
    with keycloak.browser() as browser:
        for login, count in (("nobody.here", 1), ("clinician.00145", 6)):
            for _ in range(count):
                page = browser.get(
                    f"{keycloak.issuer}/protocol/openid-connect/auth",
                    params=keycloak.authorization("v" * 43),
                )
                reply = keycloak.submit(browser, page, login, "a wrong password")
                texts.append(_error(reply.text))
        right = keycloak.submit(
            browser,
            browser.get(
                f"{keycloak.issuer}/protocol/openid-connect/auth",
                params=keycloak.authorization("v" * 43),
            ),
            "clinician.00145",
            keycloak.passwords["clinician.00145"],
        )
    assert right.status_code == 200
    assert len(set(texts)) == 1
    admin = keycloak.admin()
    admin.clear_bruteforce_attempts_for_user(admin.get_user_id("clinician.00145"))


def _error(page: str) -> str:
    found = re.search(r'id="input-error[^>]*>(.*?)</span>', page, re.DOTALL)
    assert found, page
    return found[1].strip()


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "http://127.0.0.1:8000/app/callback/more"},
        {"redirect_uri": "http://127.0.0.1:8000/app/other"},
        {"redirect_uri": "https://evil.example/app/callback"},
        {"client_id": "evil"},
        {"client_id": "admin-cli"},
    ],
)
async def test_a_wrong_client_or_address_ends_on_a_page(keycloak, changed) -> None:
    with keycloak.browser() as browser:
        reply = browser.get(
            f"{keycloak.issuer}/protocol/openid-connect/auth",
            params=keycloak.authorization("v" * 43, **changed),
        )
    assert reply.status_code == 400
    assert "location" not in reply.headers


async def test_pkce_is_required(keycloak) -> None:
    with keycloak.browser() as browser:
        reply = browser.get(
            f"{keycloak.issuer}/protocol/openid-connect/auth",
            params=keycloak.authorization(None),
        )
        assert "error=invalid_request" in reply.headers["location"]
        verifier = secrets.token_urlsafe(48)
        answer = keycloak.log_in(browser, "clinician.00004", _password(keycloak), verifier)
        assert keycloak.redeem(browser, answer["code"], None).status_code == 400


def _password(keycloak) -> str:
    if "clinician.00004" not in keycloak.passwords:
        keycloak.set_password("clinician.00004")
    return keycloak.passwords["clinician.00004"]


async def test_nobody_logs_in_without_the_form(keycloak) -> None:
    with keycloak.browser() as browser:
        for client in ("tram-web", "admin-cli"):
            reply = browser.post(
                f"{keycloak.issuer}/protocol/openid-connect/token",
                data={
                    "grant_type": "password",
                    "client_id": client,
                    "username": "clinician.00004",
                    "password": _password(keycloak),
                },
            )
            assert reply.status_code in {400, 401}
