"""Make a Keycloak match `realm.json` and the directory; a second run changes nothing.

python-keycloak is used here and nowhere near a request: an instance holds one administrator's
token, is made for one run, and repeats no POST.
"""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from keycloak import KeycloakAdmin

from ehr import clock
from ehr.config import Settings
from ehr.db import Database
from seed.keycloak import declared
from seed.keycloak.clients import sync_clients
from seed.keycloak.people import sync_groups, sync_people
from seed.keycloak.realm import Changes, sync_realm
from seed.keycloak.wanted import Wanted, wanted


@dataclass(frozen=True, slots=True, repr=False)
class Administrator:
    """Who changes Keycloak: a user of the `master` realm; never shown, since it has no repr."""

    username: str
    password: str

    def connect(self, issuer: str) -> tuple[KeycloakAdmin, str]:
        """An admin client, and the name of the realm that `issuer` is."""
        server, realm = server_and_realm(issuer)
        admin = KeycloakAdmin(
            server_url=server,
            username=self.username,
            password=self.password,
            user_realm_name="master",
            realm_name="master",
            max_retries=0,
            timeout=30,
        )
        return admin, realm


def server_and_realm(issuer: str) -> tuple[str, str]:
    """`https://id.example` and `tram` of `https://id.example/realms/tram`; raises ValueError."""
    server, separator, realm = issuer.rstrip("/").rpartition("/realms/")
    if not separator or "/" in realm or urlsplit(server).scheme not in {"http", "https"}:
        raise ValueError(f"{issuer!r} is not the URL of a Keycloak realm")
    return server, realm


async def sync(
    db: Database,
    settings: Settings,
    administrator: Administrator,
    *,
    issuer: str,
    issuer_name: str,
    keys: Path | None = None,
) -> Changes:
    """What was changed, in words; raises keycloak.exceptions.KeycloakError, ValueError.

    `issuer_name` is what the accounts to sync have in `account.issuer`; `keys` the folder of
    partners' public keys.
    """
    people = await wanted(db, issuer_name, clock.today())
    return await asyncio.to_thread(_apply, settings, administrator, issuer, people, keys)


def _apply(
    settings: Settings,
    administrator: Administrator,
    issuer: str,
    people: Wanted,
    keys: Path | None,
) -> Changes:
    admin, name = administrator.connect(issuer)
    realm = declared.realm(settings, name)
    return [
        *sync_realm(admin, realm),
        *sync_groups(admin, people.ward_codes),
        *sync_people(admin, people.people, declared.roles_of_people(realm)),
        *sync_clients(admin, people.clients, settings, keys),
    ]
