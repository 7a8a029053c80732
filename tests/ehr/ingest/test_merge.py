"""Who may merge, and what the two Patients become."""

from dataclasses import replace

import pytest
from fixtures import callers

from ehr.access import Access, Role
from ehr.errors import Forbidden
from ehr.ingest.merge import require_may_merge

ADMIN, CLINICIAN = Role.ADMIN, Role.CLINICIAN


def of(access: Access, *roles: Role) -> Access:
    return replace(access, roles=frozenset(roles))


@pytest.mark.parametrize(
    "access",
    [
        callers.system(),
        of(callers.clinician(), ADMIN),
        of(callers.clinician(), ADMIN, CLINICIAN),
        of(callers.several(1, 2), ADMIN),
    ],
)
def test_who_administers_may(access: Access) -> None:
    require_may_merge(access)


@pytest.mark.parametrize(
    "access",
    [
        callers.clinician(),
        callers.analyst(),
        callers.hospital(),
        callers.nobody(),
        of(callers.clinician(), Role.AUDITOR),
        of(callers.several(1, 2), ADMIN, CLINICIAN),
    ],
)
def test_others_may_not(access: Access) -> None:
    with pytest.raises(Forbidden):
        require_may_merge(access)
