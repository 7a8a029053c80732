"""One Keycloak for all tests of this folder, with the people of `fixtures.database` in it.

`keycloak.token_for_person(login)` logs in through the real form, `keycloak.token_for_client(id)`
proves a partner with its key; tests of the API use the same tokens.
"""

import asyncio
import base64
import html
import json
import re
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from fixtures.database import ISSUER, PATIENCE_SECONDS
from fixtures.keycloak_server import ADMIN, KeycloakServer, running
from jwt.algorithms import ECAlgorithm
from keycloak import KeycloakAdmin

import seed.keycloak
from auth.bearer import Authenticator
from auth.discovery import HttpIssuer
from auth.scopes import WEB
from ehr.config import Settings
from ehr.db import Database
from ehr.embedded import Embedded
from seed.keycloak.sync import Administrator, sync

REALM_FILE = Path(seed.keycloak.__file__).with_name("realm.json")
FORM = re.compile(r'<form[^>]*id="kc-form-login"[^>]*action="([^"]+)"')


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Keycloak, and runs in the one process that started it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.keycloak)
            item.add_marker(pytest.mark.xdist_group("keycloak"))


@dataclass
class Keycloak:
    """A running realm `tram`: its issuer URL, its audience, and ways to get tokens."""

    server: KeycloakServer
    settings: Settings
    keys_folder: Path
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    realm: str = "tram"

    @property
    def issuer(self) -> str:
        """EHR_ISSUER."""
        return f"{self.server.url}/realms/{self.realm}"

    @property
    def audience(self) -> str:
        """EHR_AUDIENCE."""
        return self.settings.token_audience

    @property
    def administrator(self) -> Administrator:
        """Whoever may change the server."""
        return Administrator(ADMIN, self.server.password)

    def admin(self) -> KeycloakAdmin:
        """A client of the admin API on the realm."""
        admin, realm = self.administrator.connect(self.issuer)
        admin.change_current_realm(realm)
        return admin

    async def sync(self, db: Database, issuer_name: str = ISSUER) -> list[str]:
        """`ehr keycloak sync` for the accounts with this `account.issuer`."""
        return await sync(
            db,
            self.settings,
            self.administrator,
            issuer=self.issuer,
            issuer_name=issuer_name,
            keys=self.keys_folder,
        )

    def add_key(self, client: str) -> None:
        """Make a key for a partner, whose public half the next sync registers."""
        self.keys[client] = ec.generate_private_key(ec.SECP384R1())
        public = ECAlgorithm.to_jwk(self.keys[client].public_key(), as_dict=True)
        public = {"kty": "EC", "crv": "P-384", "x": public["x"], "y": public["y"]}
        jwks = {"keys": [public | {"kid": client, "use": "sig", "alg": "ES384"}]}
        (self.keys_folder / f"{client}.json").write_text(json.dumps(jwks))

    def set_password(self, login: str) -> None:
        """Give a person a password that need not be changed at the first login."""
        admin = self.admin()
        user = admin.get_user_id(login) or ""
        self.passwords[login] = secrets.token_urlsafe(16)
        admin.set_user_password(user, self.passwords[login], temporary=False)
        admin.update_user(user, admin.get_user(user) | {"requiredActions": []})

    def token_for_person(self, login: str, scope: str = WEB) -> str:
        """An access token, by code and PKCE through the login form."""
        token: str = self.tokens_for_person(login, scope)["access_token"]
        return token

    def tokens_for_person(self, login: str, scope: str = WEB) -> dict[str, Any]:
        """The whole reply of the token endpoint."""
        if login not in self.passwords:
            self.set_password(login)
        verifier = secrets.token_urlsafe(48)
        with self.browser() as browser:
            answer = self.log_in(browser, login, self.passwords[login], verifier, scope)
            reply = self.redeem(browser, answer["code"], verifier)
        assert reply.status_code == 200, reply.text
        tokens: dict[str, Any] = reply.json()
        return tokens

    def browser(self) -> httpx.Client:
        """A client with cookies; it sends secure ones to loopback, as browsers do."""
        browser = httpx.Client(trust_env=False, timeout=PATIENCE_SECONDS)

        def add_cookies(request: httpx.Request) -> None:
            kept = [f"{cookie.name}={cookie.value}" for cookie in browser.cookies.jar]
            request.headers["Cookie"] = "; ".join(kept)

        browser.event_hooks["request"] = [add_cookies]
        return browser

    def authorization(self, verifier: str | None, **changed: str) -> dict[str, str]:
        """The query of the authorization endpoint."""
        asked = {
            "client_id": "tram-web",
            "redirect_uri": f"{self.settings.public_url}/app/callback",
            "response_type": "code",
            "scope": WEB,
            "state": "s",
        }
        if verifier is not None:
            digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest())
            asked["code_challenge"] = digest.rstrip(b"=").decode()
            asked["code_challenge_method"] = "S256"
        return asked | changed

    def log_in(
        self, browser: httpx.Client, login: str, password: str, verifier: str, scope: str = WEB
    ) -> dict[str, str]:
        """The query with which Keycloak sends the browser back."""
        page = browser.get(
            f"{self.issuer}/protocol/openid-connect/auth",
            params=self.authorization(verifier, scope=scope),
        )
        reply = self.submit(browser, page, login, password)
        assert reply.status_code == 302, reply.text
        return dict(parse_qsl(urlsplit(reply.headers["location"]).query))

    def submit(
        self, browser: httpx.Client, page: httpx.Response, login: str, password: str
    ) -> httpx.Response:
        """The answer to the login form of a page."""
        found = FORM.search(page.text)
        assert found, page.text
        return browser.post(html.unescape(found[1]), data={"username": login, "password": password})

    def redeem(self, browser: httpx.Client, code: str, verifier: str | None) -> httpx.Response:
        """The token endpoint's answer to a code."""
        form = {
            "grant_type": "authorization_code",
            "client_id": "tram-web",
            "redirect_uri": f"{self.settings.public_url}/app/callback",
            "code": code,
        } | ({"code_verifier": verifier} if verifier else {})
        return browser.post(f"{self.issuer}/protocol/openid-connect/token", data=form)

    def refresh(self, token: str) -> httpx.Response:
        """The token endpoint's answer to a refresh token."""
        form = {"grant_type": "refresh_token", "client_id": "tram-web", "refresh_token": token}
        with self.browser() as browser:
            return browser.post(f"{self.issuer}/protocol/openid-connect/token", data=form)

    def token_for_client(
        self, client: str, scope: str = "system/Patient.rs system/Observation.crus system/Bundle.c"
    ) -> str:
        """An access token of a partner, by `private_key_jwt`."""
        reply = self.as_client(self.assertion(client), scope)
        assert reply.status_code == 200, reply.text
        token: str = reply.json()["access_token"]
        return token

    def assertion(self, client: str, *, key: str | None = None, **changed: Any) -> str:
        """A partner's assertion, good unless changed; a change to None takes a claim away."""
        claims = {
            "iss": client,
            "sub": client,
            "aud": self.issuer,
            "exp": int(time.time()) + 240,
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
        } | changed
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, self.keys[key or client], "ES384", headers={"kid": client})

    def as_client(self, assertion: str, scope: str = "system/Patient.rs") -> httpx.Response:
        """The token endpoint's answer to an assertion."""
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            "scope": scope,
        }
        with self.browser() as browser:
            return browser.post(f"{self.issuer}/protocol/openid-connect/token", data=form)


@pytest.fixture(scope="session")
def keycloak(postgres: Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keycloak]:
    """A Keycloak that imported `realm.json` and was synced with the template database."""
    folder = tmp_path_factory.mktemp("keycloak")
    with running(REALM_FILE) as server:
        found = Keycloak(server, Settings(data_dir=folder), folder)
        for client in ("hospital.bachmai", "system"):
            found.add_key(client)
        asyncio.run(_first_sync(found, postgres.url("ehr_app")))
        yield found


async def _first_sync(keycloak: Keycloak, url: str) -> None:
    database = await Database.open(url, size=1, name="keycloak")
    try:
        changes = await keycloak.sync(database)
    finally:
        await database.close()
    unexpected = [change for change in changes if not change.startswith(EXPECTED_AFTER_IMPORT)]
    assert not unexpected, unexpected


EXPECTED_AFTER_IMPORT = ("group /wards/", "user ", "/wards/", "/city", "role ", "client ")


@pytest.fixture
async def authenticator(keycloak: Keycloak, db: Database) -> AsyncIterator[Authenticator]:
    """The checks of this Keycloak's tokens."""
    async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE_SECONDS) as http:
        found = Authenticator(
            db,
            HttpIssuer(keycloak.issuer, http),
            audience=keycloak.audience,
            issuer_name=ISSUER,
            clients=frozenset({"tram-web"}),
        )
        yield found
        await found.close()
