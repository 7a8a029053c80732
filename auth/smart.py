"""`/.well-known/smart-configuration`: how an app finds the issuer, and what it can count on.

https://hl7.org/fhir/smart-app-launch/conformance.html
"""

from typing import Any

import httpx

from auth.discovery import Issuer
from auth.scopes import AGGREGATES
from ehr.errors import Unavailable

CAPABILITIES = [
    "client-confidential-asymmetric",
    "permission-user",
    "permission-v1",
    "permission-v2",
]
SCOPES = ["openid", "user/*.cruds", "user/*.rs", "system/*.cruds", "system/*.rs", AGGREGATES]


OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
"""Where SMART 1 clients look for the endpoints, in the CapabilityStatement."""


async def configuration(issuer: Issuer) -> dict[str, Any]:
    """The document; raises Unavailable when the issuer cannot be reached."""
    try:
        found = await issuer.metadata()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("The identity service cannot be reached.") from error
    document: dict[str, Any] = {
        "issuer": found.issuer,
        "jwks_uri": found.jwks_uri,
        "authorization_endpoint": found.authorization_endpoint,
        "token_endpoint": found.token_endpoint,
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "capabilities": CAPABILITIES,
    }
    if found.revocation_endpoint:
        document["revocation_endpoint"] = found.revocation_endpoint
    return document
