"""Accounts that an administrator disables in Keycloak are refused here within ten seconds.

Keycloak records what administrators do (admin events); these are asked for every few seconds and
change `account.disabled_at`, which every process's deny list reads (`auth.denied`). Without it a
disabled person's last access token would be good until it expires, for 300 seconds at most.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from keycloak import KeycloakAdmin

from ehr.db import Database
from ehr.directory import accounts

EVERY_SECONDS = 4.0
LOOK_BACK_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Change:
    """A user was changed in Keycloak: `user` is its id, which is the token's `sub`."""

    at: int
    """Milliseconds since 1970."""
    user: str
    fhir_user: str | None
    is_enabled: bool


async def follow(db: Database, admin: KeycloakAdmin, issuer_name: str, since: int) -> int:
    """Apply what happened after `since`; the time of the last event seen, in milliseconds."""
    for change in await asyncio.to_thread(_changes, admin, since):
        await _apply(db, issuer_name, change)
        since = max(since, change.at)
    return since


def _changes(admin: KeycloakAdmin, since: int) -> list[Change]:
    query = {"resourceTypes": "USER", "dateFrom": str(since), "max": "1000"}
    return sorted(read(admin.get_admin_events(query), since), key=lambda change: change.at)


def read(events: Iterable[dict[str, Any]], since: int) -> Iterable[Change]:
    """The changes among admin events that are later than `since`."""
    for event in events:
        kind, _, user = str(event.get("resourcePath", "")).partition("/")
        at = int(event["time"])
        if kind != "users" or not user or "/" in user or at <= since:
            continue
        if event["operationType"] == "DELETE":
            yield Change(at, user, None, False)
        elif event["operationType"] in {"UPDATE", "CREATE"} and event.get("representation"):
            said = json.loads(event["representation"])
            if isinstance(said.get("enabled"), bool):
                named = (said.get("attributes") or {}).get("fhirUser") or [None]
                yield Change(at, user, named[0], said["enabled"])


async def _apply(db: Database, issuer_name: str, change: Change) -> None:
    account = await accounts.by_subject(db, issuer_name, change.user)
    if account is None and change.fhir_user is not None:
        account = await accounts.find(db, issuer_name, change.fhir_user)
        if account is not None and account.subject is not None:
            return  # another user holds this account
    if account is None or (account.disabled_at is None) is change.is_enabled:
        return
    at = None if change.is_enabled else datetime.fromtimestamp(change.at / 1000, UTC)
    await accounts.set_disabled(db, account.id, at)
