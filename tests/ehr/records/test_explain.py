"""Who may be told of plans."""

from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import query

from ehr.access import Access, Role
from ehr.db import Database
from ehr.errors import Forbidden
from ehr.records.explain import explain


@pytest.mark.parametrize(
    "access",
    [callers.system(), replace(callers.clinician(1), roles=frozenset({Role.ADMIN}))],
    ids=["system", "ward admin"],
)
async def test_administrators_are_told(db: Database, access: Access) -> None:
    issues = await explain(db, query("Patient", "name=hoa", total="accurate"), access=access)
    assert issues[0].diagnostics.startswith("To count the matches: 1 rows expected")
    assert any(one.diagnostics.startswith("To find a page: ") for one in issues)
    assert {one.severity for one in issues} <= {"information", "warning"}


@pytest.mark.parametrize(
    "access",
    [callers.clinician(1), callers.analyst(), callers.hospital(), callers.nobody()],
    ids=["clinician", "analyst", "hospital", "nobody"],
)
async def test_others_are_not(db: Database, access: Access) -> None:
    with pytest.raises(Forbidden):
        await explain(db, query("Patient", "_id=a"), access=access)
