"""What the files of this folder declare, with this installation's addresses put in.

`realm.json` can be imported by Keycloak as it is (`start --import-realm`, with EHR_BASE_URL in its
environment); here the same placeholder is filled from the settings.
"""

import json
import re
from importlib.resources import files
from typing import Any

from ehr.config import Settings

Representation = dict[str, Any]
"""A JSON object of Keycloak's admin API."""

_PLACEHOLDER = re.compile(r"\$\{EHR_BASE_URL:[^}]*\}")
_WEB_CLIENT = "tram-web"
COLLECTIONS = frozenset(
    {
        "clients",
        "clientScopes",
        "components",
        "defaultDefaultClientScopes",
        "defaultOptionalClientScopes",
        "groups",
        "roles",
        "scopeMappings",
    }
)
"""The keys of a realm that are lists of things with a life of their own."""


def realm(settings: Settings, name: str) -> Representation:
    """The realm, called `name`, for this service's addresses, audience and web client."""
    found = _read("realm.json", settings)
    found["realm"] = name
    for client in found["clients"]:
        if client["clientId"] == _WEB_CLIENT:
            client["clientId"] = settings.web_client_id
            if settings.web_client_secret is not None:
                client |= {"publicClient": False, "secret": settings.web_client_secret}
    for mapping in found["scopeMappings"]:
        if mapping["client"] == _WEB_CLIENT:
            mapping["client"] = settings.web_client_id
    for scope in found["clientScopes"]:
        for mapper in scope.get("protocolMappers", ()):
            if "included.custom.audience" in mapper["config"]:
                mapper["config"]["included.custom.audience"] = settings.token_audience
    return found


def partner(settings: Settings) -> Representation:
    """What every partner's client has in common."""
    return _read("partner.json", settings)


def user_profile(realm: Representation) -> Representation:
    """The user profile that a realm declares; an attribute it leaves out would be dropped."""
    (component,) = realm["components"]["org.keycloak.userprofile.UserProfileProvider"]
    found: Representation = json.loads(component["config"]["kc.user.profile.config"][0])
    return found


def roles_of_people(realm: Representation) -> frozenset[str]:
    """The realm roles that a person's token may name."""
    return frozenset(role for mapping in realm["scopeMappings"] for role in mapping["roles"])


def _read(name: str, settings: Settings) -> Representation:
    text = files("seed.keycloak").joinpath(name).read_text()
    found: Representation = json.loads(_PLACEHOLDER.sub(settings.public_url, text))
    return found
