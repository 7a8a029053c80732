"""`ehr keycloak`: make a Keycloak match this installation, and hear of disabled accounts.

The administrator is a user of Keycloak's `master` realm; the names of the variables are Keycloak's
own.
"""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer
from keycloak.exceptions import KeycloakError

from auth import keycloak_events
from ehr import config
from ehr.config import Settings
from ehr.db import Database
from ehr.errors import Unavailable
from ehr.urls import urls
from seed.keycloak.sync import Administrator
from seed.keycloak.sync import sync as sync_with

app = typer.Typer(help="Keep Keycloak and the directory in step.", no_args_is_help=True)

Username = Annotated[
    str, typer.Option(envvar="KC_BOOTSTRAP_ADMIN_USERNAME", help="A Keycloak administrator.")
]
Password = Annotated[
    str, typer.Option(envvar="KC_BOOTSTRAP_ADMIN_PASSWORD", prompt=True, hide_input=True)
]
Url = Annotated[
    str | None,
    typer.Option(help="The realm's URL as this host reaches it; unset: EHR_ISSUER."),
]


@app.command()
def sync(
    password: Password,
    username: Username = "admin",
    url: Url = None,
    keys: Annotated[
        Path | None,
        typer.Option(help="Folder of partners' public keys: <client id>.json or <client id>.url."),
    ] = None,
) -> None:
    """Make realm, scopes, clients, ward groups and staff match; prints what it changed."""
    settings = config.from_environment()
    issuer = _issuer(settings)

    async def run() -> list[str]:
        db = await Database.open(urls(settings).app, size=1, name="keycloak")
        try:
            return await sync_with(
                db,
                settings,
                Administrator(username, password),
                issuer=url or issuer,
                issuer_name=issuer,
                keys=keys,
            )
        finally:
            await db.close()

    try:
        changes = asyncio.run(run())
    except KeycloakError as error:
        raise Unavailable(f"Keycloak did not do it ({_reason(error)}).") from error
    for change in changes or ["Nothing to change."]:
        typer.echo(change)


@app.command()
def watch(password: Password, username: Username = "admin", url: Url = None) -> None:
    """Refuse here, within ten seconds, whoever is disabled in Keycloak; runs until stopped."""
    settings = config.from_environment()
    issuer = _issuer(settings)
    asyncio.run(_watch(settings, Administrator(username, password), url or issuer, issuer))


async def _watch(
    settings: Settings, administrator: Administrator, url: str, issuer_name: str
) -> None:
    db = await Database.open(urls(settings).app, size=1, name="keycloak")
    admin, realm = administrator.connect(url)
    admin.change_current_realm(realm)
    since = int((time.time() - keycloak_events.LOOK_BACK_SECONDS) * 1000)
    try:
        while True:
            try:
                since = await keycloak_events.follow(db, admin, issuer_name, since)
            except (KeycloakError, Unavailable) as error:
                typer.echo(f"not heard from: {type(error).__name__}", err=True)
            await asyncio.sleep(keycloak_events.EVERY_SECONDS)
    finally:
        await db.close()


def _reason(error: KeycloakError) -> str:
    """The HTTP status where there is one, without the answer, which may repeat what was sent."""
    return f"status {error.response_code}" if error.response_code else type(error).__name__


def _issuer(settings: Settings) -> str:
    if settings.issuer is None:
        raise ValueError(
            "Set EHR_ISSUER to the realm's URL, such as https://id.example/realms/tram."
        )
    return settings.issuer
