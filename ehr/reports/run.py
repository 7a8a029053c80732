"""Run a report for a caller: definition by date, right to read it, document."""

from ehr.access import Access
from ehr.db import Database
from ehr.reports import registry, wards, who
from ehr.reports.report import Document, Params


async def run(
    db: Database, slug: str, params: Params, *, access: Access, threshold: int
) -> Document:
    """The document; raises Forbidden, NotFound, InvalidQuery. `db` is the report role's."""
    ward = None
    if params.ward is not None:
        known = await wards.of_month(db, params.month)
        ward = next((each.id for each in known if each.code == params.ward), None)
    # Before anything else: whoever may read nothing learns nothing of what there is.
    who.require(access, ward)
    return await make(db, slug, params, threshold=threshold)


async def make(db: Database, slug: str, params: Params, *, threshold: int) -> Document:
    """The same for whoever holds the report role's database: the command line."""
    report = registry.find(slug, params.month)
    return await report.make(db, report, params, threshold)
