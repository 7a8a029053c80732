"""The demo issuer: an OpenID provider inside our own process, for people without Keycloak.

On loopback only and never when EHR_ISSUER is set. Its tokens have the claims of Keycloak's and
pass the same checks. Nobody types a password: the authorize page lets one choose a person.
"""

from auth.demo.issuer import PATH, DemoIssuer
from auth.demo.routes import router

__all__ = ["PATH", "DemoIssuer", "router"]
