"""Wards as groups, staff as users, each in exactly the groups and roles the directory names.

Nobody is deleted: whoever left the directory loses groups and roles, and the token checks know no
account of theirs. Passwords are Keycloak's business; a new user must set one.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from keycloak import KeycloakAdmin

from seed.keycloak.compare import matches
from seed.keycloak.realm import Changes
from seed.keycloak.wanted import Person

CITY = "/city"
WARDS = "/wards"


def sync_groups(admin: KeycloakAdmin, ward_codes: Iterable[str]) -> Changes:
    """A group for the city and one for each ward."""
    changes: Changes = []
    top = {group["name"]: group["id"] for group in admin.get_groups()}
    for name in (CITY[1:], WARDS[1:]):
        if name not in top:
            top[name] = admin.create_group({"name": name}) or ""
            changes.append(f"group /{name} created")
    found = {group["name"] for group in admin.get_group_children(top[WARDS[1:]])}
    for code in ward_codes:
        if code not in found:
            admin.create_group({"name": code}, parent=top[WARDS[1:]])
            changes.append(f"group {WARDS}/{code} created")
    return changes


def sync_people(admin: KeycloakAdmin, people: tuple[Person, ...], roles: frozenset[str]) -> Changes:
    """Users with their attribute, groups, and those of `roles` that they hold."""
    changes, ids = _sync_users(admin, people)
    for group in _groups(admin):
        path = group["path"]
        changes += _sync_members(
            path,
            wanted={ids[person.login] for person in people if path in person.groups},
            found={user["id"] for user in admin.get_group_members(group["id"])},
            add=partial(admin.group_user_add, group_id=group["id"]),
            remove=partial(admin.group_user_remove, group_id=group["id"]),
        )
    known = {role["name"]: role for role in admin.get_realm_roles()}
    for name in sorted(roles):
        role = known[name]
        changes += _sync_members(
            f"role {name}",
            wanted={ids[person.login] for person in people if name in person.roles},
            found={user["id"] for user in admin.get_realm_role_members(name)},
            add=partial(admin.assign_realm_roles, roles=[role]),
            remove=partial(admin.delete_realm_roles_of_user, roles=[role]),
        )
    return changes


def _sync_users(admin: KeycloakAdmin, people: tuple[Person, ...]) -> tuple[Changes, dict[str, str]]:
    """The changes, and each login's user id."""
    found = {user["username"]: user for user in admin.get_users({"briefRepresentation": "false"})}
    changes: Changes = []
    ids = {name: user["id"] for name, user in found.items()}
    for person in people:
        wanted = _user(person)
        existing = found.get(person.login)
        if existing is None:
            new = wanted | {"requiredActions": ["UPDATE_PASSWORD"]}
            ids[person.login] = admin.create_user(new)
            changes.append(f"user {person.login} created")
        elif not matches(wanted, existing):
            attributes = existing.get("attributes", {}) | wanted["attributes"]
            admin.update_user(existing["id"], existing | wanted | {"attributes": attributes})
            changes.append(f"user {person.login} updated")
        if existing is not None and existing["enabled"] and not person.enabled:
            admin.user_logout(existing["id"])
    return changes, ids


def _user(person: Person) -> dict[str, Any]:
    return {
        "username": person.login,
        "firstName": person.name,
        "enabled": person.enabled,
        "attributes": {"fhirUser": [person.fhir_user]},
    }


def _groups(admin: KeycloakAdmin) -> list[dict[str, Any]]:
    top = {group["name"]: group for group in admin.get_groups()}
    return [top[CITY[1:]], *admin.get_group_children(top[WARDS[1:]]["id"])]


def _sync_members(
    name: str,
    *,
    wanted: set[str],
    found: set[str],
    add: Callable[[str], Any],
    remove: Callable[[str], Any],
) -> Changes:
    for user in wanted - found:
        add(user)
    for user in found - wanted:
        remove(user)
    gone, new = len(found - wanted), len(wanted - found)
    return [f"{name}: {new} added, {gone} removed"] if gone or new else []
