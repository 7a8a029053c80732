"""`/.well-known/smart-configuration`: where an app gets its tokens, and what it can count on.

https://hl7.org/fhir/smart-app-launch/conformance.html. Nothing is told that is not so: there is no
launch from within a record and no patient in context (`launch-ehr`, `context-*`,
`permission-patient`), no scope for what outlives the login (`permission-offline`), and ID tokens do
not say who the person is in FHIR (`sso-openid-connect`, without which `issuer` is left out).
"""

from typing import Any

import httpx

from auth.discovery import Issuer
from auth.scopes import AGGREGATES
from ehr.errors import Unavailable

CAPABILITIES = [
    "launch-standalone",
    "client-confidential-asymmetric",
    "permission-user",
    "permission-v1",
    "permission-v2",
]
ALGORITHMS = ["RS384", "ES384"]
"""Those of SMART, by which a client's assertion may be signed."""
SCOPES = ["openid", "user/*.cruds", "user/*.rs", "system/*.cruds", "system/*.rs", AGGREGATES]


OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
"""Where SMART 1 clients look for the endpoints, in the CapabilityStatement."""


async def configuration(issuer: Issuer, *, has_secret: bool) -> dict[str, Any]:
    """The document; `has_secret` is whether the client that people log in with has one.

    Raises Unavailable when the issuer cannot be reached.
    """
    try:
        found = await issuer.metadata()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable("The identity service cannot be reached.") from error
    known = found.token_endpoint_auth_signing_alg_values_supported
    document: dict[str, Any] = {
        "jwks_uri": found.jwks_uri,
        "authorization_endpoint": found.authorization_endpoint,
        "token_endpoint": found.token_endpoint,
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": [
            "private_key_jwt",
            *(["client_secret_post"] if has_secret else []),
        ],
        "token_endpoint_auth_signing_alg_values_supported": [
            one for one in ALGORITHMS if known is None or one in known
        ],
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "capabilities": [
            *CAPABILITIES,
            "client-confidential-symmetric" if has_secret else "client-public",
        ],
    }
    if found.revocation_endpoint:
        document["revocation_endpoint"] = found.revocation_endpoint
    return document
