"""Partner clients: `private_key_jwt`, a service account with one role, the scopes of machines.

A client's public keys come from a folder, one file a client: `<client id>.json` holds its JWK
set, or `<client id>.url` the address where the partner publishes it. Without either a client is
made that nobody can log in as.
"""

import json
from pathlib import Path
from typing import Any

from keycloak import KeycloakAdmin

from ehr.config import Settings
from seed.keycloak import declared
from seed.keycloak.realm import Changes, sync_client, sync_client_roles
from seed.keycloak.wanted import Client

_ALGORITHMS = {"RSA": "RS384", "EC": "ES384"}


def sync_clients(
    admin: KeycloakAdmin, clients: tuple[Client, ...], settings: Settings, keys: Path | None
) -> Changes:
    """Every partner's client; raises ValueError for a key file that is none."""
    changes: Changes = []
    for client in clients:
        wanted = declared.partner(settings)
        wanted["attributes"] |= _keys(client.client_id, keys)
        wanted |= {
            "clientId": client.client_id,
            "name": client.name,
            "enabled": client.enabled,
        }
        changes += sync_client(admin, wanted)
        changes += sync_client_roles(admin, client.client_id, {client.role})
        changes += _sync_service_account(admin, client)
    return changes


def _sync_service_account(admin: KeycloakAdmin, client: Client) -> Changes:
    number = admin.get_client_id(client.client_id) or ""
    user = admin.get_client_service_account_user(number)["id"]
    found = {role["name"]: role for role in admin.get_realm_roles_of_user(user)}
    changes: Changes = []
    if client.role not in found:
        admin.assign_realm_roles(user, [admin.get_realm_role(client.role)])
        changes.append(f"client {client.client_id}: is {client.role}")
    others = [role for name, role in found.items() if name != client.role]
    if others:
        admin.delete_realm_roles_of_user(user, others)
        changes.append(f"client {client.client_id}: no other role")
    return changes


def _keys(client_id: str, folder: Path | None) -> dict[str, Any]:
    """Keycloak's attributes for the client's keys; none without a file."""
    if folder is None:
        return {}
    address, published = folder / f"{client_id}.url", folder / f"{client_id}.json"
    if address.exists():
        return {"use.jwks.url": "true", "jwks.url": address.read_text().strip()}
    if not published.exists():
        return {}
    text = published.read_text()
    try:
        kinds = {key["kty"] for key in json.loads(text)["keys"]}
        (algorithm,) = {_ALGORITHMS[kind] for kind in kinds}
        if "d" in {name for key in json.loads(text)["keys"] for name in key}:
            raise ValueError
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{published} is not a JWK set of public RSA or EC keys") from None
    return {
        "use.jwks.string": "true",
        "jwks.string": json.dumps(json.loads(text), sort_keys=True),
        "token.endpoint.auth.signing.alg": algorithm,
    }
