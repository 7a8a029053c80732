"""The realm itself: settings, user profile, roles, client scopes and the web app's client.

Each step looks before it writes and names what it changed; a second run names nothing.
"""

from typing import Any

from keycloak import KeycloakAdmin
from keycloak.exceptions import KeycloakGetError

from seed.keycloak.compare import differing, matches
from seed.keycloak.declared import COLLECTIONS, Representation, user_profile

Changes = list[str]


def sync_realm(admin: KeycloakAdmin, declared: Representation) -> Changes:
    """Make the realm and everything in the file; the admin must act on this realm afterwards."""
    name = declared["realm"]
    try:
        found = admin.get_realm(name)
    except KeycloakGetError as error:
        if error.response_code != 404:
            raise
        admin.create_realm(declared)
        admin.change_current_realm(name)
        return [f"realm {name} created"]
    admin.change_current_realm(name)
    return [
        *_settings(admin, declared, found),
        *_profile(admin, user_profile(declared)),
        *_roles(admin, declared["roles"]["realm"]),
        *_scopes(admin, declared["clientScopes"]),
        *_default_scopes(admin, set(declared["defaultDefaultClientScopes"])),
        *_clients(admin, declared["clients"]),
        *_scope_mappings(admin, declared["scopeMappings"]),
    ]


def sync_client(admin: KeycloakAdmin, wanted: Representation) -> Changes:
    """Make one client, its settings and its client scopes."""
    client_id = wanted["clientId"]
    number = admin.get_client_id(client_id)
    if number is None:
        admin.create_client(wanted)
        return [f"client {client_id} created"]
    lists = {"defaultClientScopes", "optionalClientScopes"}
    settings = {key: value for key, value in wanted.items() if key not in lists}
    found = admin.get_client(number)
    changes: Changes = []
    if not matches(settings, found):
        attributes = found.get("attributes", {}) | settings.get("attributes", {})
        admin.update_client(number, settings | {"attributes": attributes})
        changes.append(f"client {client_id} updated")
    return changes + _client_scopes(admin, number, wanted)


def sync_client_roles(admin: KeycloakAdmin, client_id: str, wanted: set[str]) -> Changes:
    """The realm roles that a client's tokens may name (its scope is not full)."""
    number = admin.get_client_id(client_id) or ""
    found = {role["name"] for role in admin.get_realm_roles_of_client_scope(number)}
    roles = {role["name"]: role for role in admin.get_realm_roles()}
    if wanted - found:
        admin.assign_realm_roles_to_client_scope(number, [roles[n] for n in wanted - found])
    if found - wanted:
        admin.delete_realm_roles_of_client_scope(number, [roles[n] for n in found - wanted])
    return [f"client {client_id}: roles {', '.join(sorted(wanted))}"] if wanted != found else []


def _settings(admin: KeycloakAdmin, declared: Representation, found: Representation) -> Changes:
    wanted = {key: value for key, value in declared.items() if key not in COLLECTIONS}
    changed = differing(wanted, found)
    if changed:
        admin.update_realm(declared["realm"], changed)
    return [f"realm: {key}" for key in changed]


def _profile(admin: KeycloakAdmin, wanted: Representation) -> Changes:
    if matches(wanted, admin.get_realm_users_profile()):
        return []
    admin.update_realm_users_profile(wanted)
    return ["user profile"]


def _roles(admin: KeycloakAdmin, wanted: list[Representation]) -> Changes:
    found = {role["name"] for role in admin.get_realm_roles()}
    missing = [role for role in wanted if role["name"] not in found]
    for role in missing:
        admin.create_realm_role(role)
    return [f"role {role['name']} created" for role in missing]


def _scopes(admin: KeycloakAdmin, wanted: list[Representation]) -> Changes:
    found = {scope["name"]: scope for scope in admin.get_client_scopes()}
    changes: Changes = []
    for scope in wanted:
        existing = found.get(scope["name"])
        if existing is None:
            admin.create_client_scope(scope)
            changes.append(f"scope {scope['name']} created")
            continue
        plain = {key: value for key, value in scope.items() if key != "protocolMappers"}
        if not matches(plain, existing):
            admin.update_client_scope(existing["id"], existing | plain)
            changes.append(f"scope {scope['name']} updated")
        changes += _mappers(admin, existing, scope.get("protocolMappers", []))
    return changes


def _mappers(admin: KeycloakAdmin, scope: Representation, wanted: list[Representation]) -> Changes:
    found = {mapper["name"]: mapper for mapper in scope.get("protocolMappers", ())}
    changes: Changes = []
    for mapper in wanted:
        existing = found.get(mapper["name"])
        if existing is None:
            admin.add_mapper_to_client_scope(scope["id"], mapper)
        elif not matches(mapper, existing):
            whole = existing | mapper | {"config": existing["config"] | mapper["config"]}
            admin.update_mapper_in_client_scope(scope["id"], existing["id"], whole)
        else:
            continue
        changes.append(f"scope {scope['name']}: mapper {mapper['name']}")
    return changes


def _default_scopes(admin: KeycloakAdmin, wanted: set[str]) -> Changes:
    found = {scope["name"]: scope["id"] for scope in admin.get_default_default_client_scopes()}
    every = {scope["name"]: scope["id"] for scope in admin.get_client_scopes()}
    for name in wanted - set(found):
        admin.add_default_default_client_scope(every[name])
    for name in set(found) - wanted:
        admin.delete_default_default_client_scope(found[name])
    return [f"default scope {name}" for name in sorted(wanted ^ set(found))]


def _clients(admin: KeycloakAdmin, wanted: list[Representation]) -> Changes:
    return [change for client in wanted for change in sync_client(admin, client)]


def _scope_mappings(admin: KeycloakAdmin, wanted: list[dict[str, Any]]) -> Changes:
    return [
        change
        for mapping in wanted
        for change in sync_client_roles(admin, mapping["client"], set(mapping["roles"]))
    ]


def _client_scopes(admin: KeycloakAdmin, number: str, wanted: Representation) -> Changes:
    every = {scope["name"]: scope["id"] for scope in admin.get_client_scopes()}
    changes: Changes = []
    kinds = (
        (
            "defaultClientScopes",
            admin.get_client_default_client_scopes,
            admin.add_client_default_client_scope,
            admin.delete_client_default_client_scope,
        ),
        (
            "optionalClientScopes",
            admin.get_client_optional_client_scopes,
            admin.add_client_optional_client_scope,
            admin.delete_client_optional_client_scope,
        ),
    )
    for key, read, add, delete in kinds:
        if key not in wanted:
            continue
        found = {scope["name"] for scope in read(number)}
        for name in found - set(wanted[key]):
            delete(number, every[name])
        for name in set(wanted[key]) - found:
            add(number, every[name], {})
        changed = sorted(found ^ set(wanted[key]))
        changes += [f"client {wanted['clientId']}: scope {name}" for name in changed]
    return changes
