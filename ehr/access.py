"""Who is asking, and what they may do and see.

An `Access` is made by `auth.policy` (from a verified token and the directory) or by
`ehr.web` (from a session), is never changed, and is a required keyword of every read
and write. It names wards and a grantee, never patients: a hospital has 10^5 of those.
"""

from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

SHARED = -1
"""The ward of directory and definition resources: readable by whoever has the scope."""
UNASSIGNED = 0
"""The ward of what belongs to no ward yet: seen only by callers with every ward."""


class Verb(StrEnum):
    """The letters of SMART v2 scopes (http://hl7.org/fhir/smart-app-launch/scopes-and-launch-context.html)."""

    CREATE = "c"
    READ = "r"
    UPDATE = "u"
    DELETE = "d"
    SEARCH = "s"


class Label(IntFlag):
    """Security labels as bits; a row is visible when `label & ~allowed == 0`."""

    NONE = 0
    HIV = 1
    MENTAL_HEALTH = 2
    RESTRICTED = 4
    VERY_RESTRICTED = 8


EVERY_LABEL = Label.HIV | Label.MENTAL_HEALTH | Label.RESTRICTED | Label.VERY_RESTRICTED


class Role(StrEnum):
    """What a person or client is to the system (docs/identity.md)."""

    CLINICIAN = "ward-clinician"
    ADMIN = "ward-admin"
    ANALYST = "city-analyst"
    AUDITOR = "auditor"
    PARTNER = "hospital-partner"
    SYSTEM = "system"


class Power(StrEnum):
    """Rights beside type and verb, given to a client by its partner row."""

    CHOOSE_IDS = "choose-ids"
    """Update-as-create with any id."""
    CHOOSE_UUIDS = "choose-uuids"
    """Update-as-create with UUIDs."""
    DANGLING_REFERENCES = "dangling-references"
    """May store a relative reference to what is not here."""
    UNFILTERED_SEARCH = "unfiltered-search"
    """May search Patient without naming one; without it, CCCD and birth date or an id."""


@dataclass(frozen=True, slots=True)
class Access:
    """One caller, for one request.

    `rights` holds (resource type or "*", verb); `wards` the row ids of the caller's wards;
    with `every_ward` the set is not looked at. `grantee` is the account whose grants count.
    """

    account: int
    """Row id in `account`: whom the audit names."""
    client: str
    """The OAuth client that acts."""
    roles: frozenset[Role] = frozenset()
    rights: frozenset[tuple[str, Verb]] = frozenset()
    wards: frozenset[int] = frozenset()
    every_ward: bool = False
    grantee: int | None = None
    labels: Label = Label.NONE
    powers: frozenset[Power] = frozenset()
    purpose: str = "TREAT"
    """A code of v3-PurposeOfUse."""
    practitioner: str | None = None
    """`Practitioner/<id>` or `Organization/<id>`, the token's fhirUser."""
    token_id: str | None = None
    """`jti` of the token, never the token."""
    address: str | None = None
    """The source address of the request."""
    reports: bool = False
    """May read the city's aggregates."""
    request: str | None = field(default=None, compare=False)
    """The request id, for logs and audit."""

    def may(self, resource_type: str, verb: Verb) -> bool:
        """Whether the scope and role allow `verb` on `resource_type`."""
        return ("*", verb) in self.rights or (resource_type, verb) in self.rights

    @property
    def home_ward(self) -> int | None:
        """The ward that what this caller writes belongs to, if there is exactly one."""
        return next(iter(self.wards)) if len(self.wards) == 1 and not self.every_ward else None
