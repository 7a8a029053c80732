"""`ehr keycloak sync` against a real Keycloak: it repairs what differs, and nothing else."""

import json
import secrets
from typing import Any

import pytest
from fixtures.database import ISSUER
from keycloak.exceptions import KeycloakError

from auth import keycloak_events
from auth.bearer import Authenticator
from ehr.db import Database
from ehr.errors import NotKnown
from seed.keycloak import declared
from seed.keycloak.realm import sync_realm
from seed.keycloak.sync import Administrator

LOGIN = "clinician.00004"


def everything(keycloak: Any) -> dict[str, Any]:
    """The realm as Keycloak itself describes it, with users, groups and roles."""
    admin = keycloak.admin()
    exported = admin.export_realm(export_clients=True, export_groups_and_role=True)
    users = admin.get_users({"briefRepresentation": "false"})
    members = {
        user["username"]: (
            sorted(group["path"] for group in admin.get_user_groups(user["id"])),
            sorted(role["name"] for role in admin.get_realm_roles_of_user(user["id"])),
        )
        for user in users
    }
    return flat([exported, users, members])


def flat(value: Any, path: str = "") -> dict[str, Any]:
    """Every value by its path, so that a difference names itself; lists have no order."""
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list):
        pairs = ((_name(each), each) for each in value)
    else:
        return {path: value}
    return {k: v for name, each in pairs for k, v in flat(each, f"{path}/{name}").items()}


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return str(value)
    keys = ("clientId", "username", "path", "name", "id", "client")
    return next((str(value[key]) for key in keys if key in value), json.dumps(value))


def differences(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """What is not the same, as (before, after)."""
    return {
        path: (before.get(path), after.get(path))
        for path in before.keys() | after.keys()
        if before.get(path) != after.get(path)
    }


async def test_a_second_run_changes_nothing(keycloak, db: Database) -> None:
    await keycloak.sync(db)
    before = everything(keycloak)
    assert await keycloak.sync(db) == []
    assert differences(before, everything(keycloak)) == {}


async def test_what_was_changed_by_hand_is_repaired(keycloak, db: Database) -> None:
    await keycloak.sync(db)
    before = everything(keycloak)
    admin = keycloak.admin()
    admin.update_realm("tram", {"revokeRefreshToken": False})
    number = admin.get_client_id("tram-web") or ""
    admin.update_client(number, {"fullScopeAllowed": True, "directAccessGrantsEnabled": True})
    partner = admin.get_client_id("hospital.bachmai") or ""
    scopes = {scope["name"]: scope["id"] for scope in admin.get_client_scopes()}
    admin.delete_client_optional_client_scope(partner, scopes["system/Bundle.c"])
    user = admin.get_user_id(LOGIN) or ""
    other = admin.get_group_by_path("/wards/00145")["id"]
    admin.group_user_add(user, other)
    admin.assign_realm_roles(user, [admin.get_realm_role("auditor")])
    mapper = next(
        m
        for m in admin.get_mappers_from_client_scope(scopes["tram-person"])
        if m["name"] == "wards"
    )
    changed = mapper | {"config": mapper["config"] | {"full.path": "false"}}
    admin.update_mapper_in_client_scope(scopes["tram-person"], mapper["id"], changed)
    assert sorted(await keycloak.sync(db)) == [
        "/wards/00145: 0 added, 1 removed",
        "client hospital.bachmai: scope system/Bundle.c",
        "client tram-web updated",
        "realm: revokeRefreshToken",
        "role auditor: 0 added, 1 removed",
        "scope tram-person: mapper wards",
    ]
    assert differences(before, everything(keycloak)) == {}


async def test_staff_follow_the_directory(
    keycloak, authenticator: Authenticator, db: Database
) -> None:
    token = keycloak.token_for_person(LOGIN)
    async with db.administration() as tx:
        await tx.execute("UPDATE staff_assignment SET ward_id = 2 WHERE account_id = 1")
    try:
        assert (await authenticator.from_token(token, None)).wards == frozenset()
        assert set(await keycloak.sync(db)) == {
            "/wards/00004: 0 added, 1 removed",
            "/wards/00008: 1 added, 0 removed",
        }
        moved = keycloak.token_for_person(LOGIN)
        assert (await authenticator.from_token(moved, None)).wards == {2}
    finally:
        async with db.administration() as tx:
            await tx.execute("UPDATE staff_assignment SET ward_id = 1 WHERE account_id = 1")
        await keycloak.sync(db)


async def test_who_is_disabled_here_is_disabled_there(keycloak, db: Database) -> None:
    tokens = keycloak.tokens_for_person(LOGIN)
    async with db.administration() as tx:
        await tx.execute("UPDATE account SET disabled_at = now() WHERE id IN (1, 11)")
    try:
        assert set(await keycloak.sync(db)) == {
            f"user {LOGIN} updated",
            "client hospital.bachmai updated",
        }
        assert keycloak.refresh(tokens["refresh_token"]).status_code == 400
        reply = keycloak.as_client(keycloak.assertion("hospital.bachmai"))
        assert reply.status_code in {400, 401}
    finally:
        async with db.administration() as tx:
            await tx.execute("UPDATE account SET disabled_at = NULL")
        await keycloak.sync(db)


async def test_who_is_disabled_there_is_refused_here(
    keycloak, authenticator: Authenticator, db: Database
) -> None:
    token = keycloak.token_for_person(LOGIN)
    await authenticator.from_token(token, None)
    admin = keycloak.admin()
    events = admin.get_admin_events({"resourceTypes": "USER", "max": "1"})
    since = await keycloak_events.follow(db, admin, ISSUER, events[0]["time"])
    user = admin.get_user_id(LOGIN) or ""
    admin.disable_user(user)
    try:
        since = await keycloak_events.follow(db, admin, ISSUER, since)
        authenticator._entries.clear()  # ten seconds later
        with pytest.raises(NotKnown, match="disabled"):
            await authenticator.from_token(token, None)
    finally:
        admin.enable_user(user)
    await keycloak_events.follow(db, admin, ISSUER, since)
    assert await authenticator.from_token(token, None)


async def test_a_realm_made_without_import_is_the_same(keycloak, db: Database) -> None:
    admin, _ = keycloak.administrator.connect(keycloak.issuer)
    wanted = declared.realm(keycloak.settings, "another")
    assert sync_realm(admin, wanted) == ["realm another created"]
    try:
        admin, _ = keycloak.administrator.connect(keycloak.issuer)
        assert sync_realm(admin, wanted) == []
    finally:
        admin.delete_realm("another")


async def test_another_realm_s_tokens_are_refused(
    keycloak, authenticator: Authenticator, db: Database
) -> None:
    admin, _ = keycloak.administrator.connect(keycloak.issuer)
    sync_realm(admin, declared.realm(keycloak.settings, "another"))
    try:
        password = secrets.token_urlsafe(16)
        user = {
            "username": LOGIN,
            "enabled": True,
            "attributes": {"fhirUser": ["Practitioner/clinician-00004"]},
            "credentials": [{"type": "password", "value": password, "temporary": False}],
        }
        admin.create_user(user)
        here = keycloak.issuer
        other = type(keycloak)(keycloak.server, keycloak.settings, keycloak.keys_folder)
        other.passwords[LOGIN] = password
        other.realm = "another"
        token = other.token_for_person(LOGIN)
        assert other.issuer != here
        with pytest.raises(NotKnown):
            await authenticator.from_token(token, None)
    finally:
        admin.delete_realm("another")


async def test_a_wrong_administrator_changes_nothing(keycloak) -> None:
    wrong = Administrator("admin", "not the password")
    with pytest.raises(KeycloakError):
        wrong.connect(keycloak.issuer)[0].get_realms()
