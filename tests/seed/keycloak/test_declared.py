"""The realm file holds what docs/identity.md says of every client, scope and token."""

from pathlib import Path

import pytest

from auth.roles import LABELS
from auth.scopes import WEB, rights
from ehr.access import Role
from ehr.config import Settings
from seed.keycloak import declared
from seed.keycloak.compare import differing, matches
from seed.keycloak.sync import server_and_realm

SETTINGS = Settings(data_dir=Path("unused"), base_url="https://tram.example/")
REALM = declared.realm(SETTINGS, "tram")
PARTNER = declared.partner(SETTINGS)
SCOPES = {scope["name"]: scope for scope in REALM["clientScopes"]}
ALL_CLIENTS = [*REALM["clients"], PARTNER]


def test_addresses_are_this_installation_s() -> None:
    assert "${" not in str(REALM["clients"]) + str(REALM["clientScopes"])
    (web,) = [client for client in REALM["clients"] if client["clientId"] == "tram-web"]
    assert web["redirectUris"] == ["https://tram.example/app/callback"]
    (audience,) = [m for m in SCOPES["tram"]["protocolMappers"] if m["name"] == "audience"]
    assert audience["config"]["included.custom.audience"] == "https://tram.example/fhir"


def test_a_confidential_web_client_has_its_secret() -> None:
    settings = Settings(data_dir=Path("unused"), web_client_id="web", web_client_secret="s")
    realm = declared.realm(settings, "tram")
    (web,) = [client for client in realm["clients"] if client["clientId"] == "web"]
    assert (web["publicClient"], web["secret"]) == (False, "s")
    assert realm["scopeMappings"][0]["client"] == "web"


@pytest.mark.parametrize(
    "client", ALL_CLIENTS, ids=lambda client: client.get("clientId", "partner")
)
def test_no_client_has_more_than_it_needs(client: declared.Representation) -> None:
    assert client["fullScopeAllowed"] is False
    assert client["directAccessGrantsEnabled"] is False
    assert client["implicitFlowEnabled"] is False
    assert not any("*" in address for address in client.get("redirectUris", ()))
    if client["standardFlowEnabled"]:
        assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    for scope in [*client.get("defaultClientScopes", ()), *client.get("optionalClientScopes", ())]:
        assert scope in SCOPES


def test_a_partner_proves_itself_with_a_key() -> None:
    assert PARTNER["clientAuthenticatorType"] == "client-jwt"
    assert PARTNER["attributes"]["token.endpoint.auth.signing.alg"] in {"RS384", "ES384"}
    assert not PARTNER["standardFlowEnabled"]


def test_tokens_are_short_and_refresh_tokens_serve_once() -> None:
    assert REALM["accessTokenLifespan"] == 300
    assert (REALM["ssoSessionIdleTimeout"], REALM["ssoSessionMaxLifespan"]) == (1800, 36000)
    assert REALM["revokeRefreshToken"]
    assert REALM["refreshTokenMaxReuse"] == 0
    assert REALM["bruteForceProtected"]
    assert "REFRESH_TOKEN" in REALM["enabledEventTypes"]


def test_the_profile_declares_what_tokens_name() -> None:
    (attribute,) = [
        a for a in declared.user_profile(REALM)["attributes"] if a["name"] == "fhirUser"
    ]
    assert attribute["permissions"] == {"view": ["admin"], "edit": ["admin"]}


def test_there_is_a_role_for_each_that_the_policy_knows() -> None:
    named = {role["name"] for role in REALM["roles"]["realm"]}
    assert named == {str(role) for role in Role} | set(LABELS)
    assert declared.roles_of_people(REALM) == named - {Role.PARTNER, Role.SYSTEM}


def test_scopes_are_few_and_each_means_something() -> None:
    smart = [name for name in SCOPES if "/" in name]
    assert 20 <= len(smart) <= 40
    for name in smart:
        assert rights([name], name.partition("/")[0]), name
    for scope in WEB.split()[1:]:
        assert scope in SCOPES


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {}, False),
        ({"a": {"b": ["x", "y"]}}, {"a": {"b": ["y", "x"], "c": 1}}, True),
        ({"a": ["x"]}, {"a": ["x", "y"]}, False),
        ({"a": [{"b": 1}]}, {"a": [{"b": 1, "id": 7}]}, True),
        ({"a": [{"b": 1}]}, {"a": []}, False),
        ({"a": False}, {"a": None}, False),
    ],
)
def test_what_keycloak_adds_is_no_difference(wanted, found, same: bool) -> None:
    assert matches(wanted, found) is same
    assert (differing(wanted, found) == {}) is same


@pytest.mark.parametrize(
    ("issuer", "expected"),
    [
        ("https://id.example/realms/tram", ("https://id.example", "tram")),
        ("https://id.example/auth/realms/tram/", ("https://id.example/auth", "tram")),
    ],
)
def test_where_a_realm_is(issuer: str, expected: tuple[str, str]) -> None:
    assert server_and_realm(issuer) == expected


@pytest.mark.parametrize("issuer", ["", "https://id.example", "/realms/tram", "x/realms/a/b"])
def test_what_is_no_realm(issuer: str) -> None:
    with pytest.raises(ValueError, match="not the URL"):
        server_and_realm(issuer)
