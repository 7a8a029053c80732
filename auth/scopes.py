"""SMART scopes: what kind of action a token allows. They never say on whom.

Version 2, `(patient|user|system)/(Type|*).c?r?u?d?s?`, with version 1's `.read`, `.write`,
`.*` mapped: https://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html.
Letters out of order and any query part grant nothing, since what is not understood could
only have been meant to narrow. `patient/` scopes need a patient in the token's context, which
this server does not give out.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from ehr.access import Verb

AGGREGATES = "aggregate.read"
"""The scope of the city's figures."""

WEB = f"openid user/*.cruds {AGGREGATES}"
"""What the web app asks for: role and directory narrow it to what the person may do."""

Right = tuple[str, Verb]

_SCOPE = re.compile(r"(user|system)/(\*|[A-Z][A-Za-z]{1,40})\.(?=.)(c?r?u?d?s?|read|write|\*)")
_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}


def rights(scopes: Iterable[str], context: str) -> frozenset[Right]:
    """The union of what scopes of one context (`user` or `system`) allow; unknown ones nothing."""
    return frozenset[Right]().union(*(_rights(scope, context) for scope in scopes))


@lru_cache(maxsize=4096)
def _rights(scope: str, context: str) -> frozenset[Right]:
    match = _SCOPE.fullmatch(scope)
    if match is None or match[1] != context:
        return frozenset()
    letters = _VERSION_1.get(match[3], match[3])
    return frozenset((match[2], Verb(letter)) for letter in letters)
