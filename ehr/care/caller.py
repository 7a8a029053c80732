"""Who may record, and at which ward: what every verb asks first."""

from ehr import clock
from ehr.access import Access, Role, Verb
from ehr.care.build.context import Setting
from ehr.care.values import fault
from ehr.db import Tx
from ehr.directory.wards import Ward
from ehr.errors import Forbidden, Unprocessable
from ehr.ingest.directory import directory

STAFF = frozenset({Role.CLINICIAN, Role.ADMIN})
"""Who sees residents in the web app."""


def require_clinician(access: Access, *resource_types: str) -> None:
    """Raises Forbidden unless the caller is a ward clinician who may create these types."""
    if Role.CLINICIAN not in access.roles:
        raise Forbidden("Records are made by the clinicians of a ward.")
    for resource_type in resource_types:
        if not access.may(resource_type, Verb.CREATE):
            raise Forbidden(f"You may not create {resource_type}.")


def require_staff(access: Access, *resource_types: str) -> None:
    """Raises Forbidden unless the caller works at a ward and may search these types."""
    if not access.roles & STAFF:
        raise Forbidden("Residents are seen by the staff of their ward.")
    for resource_type in resource_types:
        if not (access.may(resource_type, Verb.SEARCH) and access.may(resource_type, Verb.READ)):
            raise Forbidden(f"You may not read {resource_type}.")


async def working_ward(
    tx: Tx, code: str | None, *, access: Access, preferred: str | None = None
) -> Ward:
    """The caller's ward that `code` names today; without a code the only one, or `preferred`.

    `preferred` is the id of a ward's Organization. Raises Forbidden for a ward that is not the
    caller's and Unprocessable when there are several to choose from.
    """
    today = clock.today()
    wards = (await directory(tx)).wards
    own = [ward for ward in wards.values() if ward.id in access.wards and ward.valid_on(today)]
    if code is not None:
        own = [ward for ward in own if ward.code == code]
        if not own:
            raise Forbidden(
                "ward is not a ward of yours.", expression="ward", details="not-your-ward"
            )
    if len(own) > 1:
        own = [ward for ward in own if ward.organization_id == preferred]
    if len(own) != 1:
        issue = fault("ward", "choose-ward", "must be given: you have not exactly one.")
        raise Unprocessable(issue.diagnostics, issues=(issue,))
    return own[0]


def setting(ward: Ward, *, access: Access) -> Setting:
    """The setting of what this caller records at `ward` now."""
    author = access.practitioner
    return Setting(
        organization=ward.organization_id,
        recorded=clock.now(),
        practitioner=author if author and author.startswith("Practitioner/") else None,
    )
