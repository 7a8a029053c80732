"""Records that name a patient and lay with their author, laid with the patient.

For what was stored before `ehr.search.patients` knew the type: the index job does it on its way.
"""

from collections.abc import Sequence
from dataclasses import replace

from ehr.db import Tx
from ehr.ingest.place import given_to
from ehr.ingest.targets import find
from ehr.records import moved
from ehr.records.written import Written
from ehr.search.hashing import installed
from ehr.search.patients import beyond


async def placed(tx: Tx, records: Sequence[Written]) -> list[Written]:
    """The records, which the caller has locked, where they lie from now on."""
    loose = [one for one in records if one.pat is None and one.resource_type in beyond()]
    if not loose:
        return list(records)
    bases = installed().bases
    targets = await find(tx, [one.resource for one in loose if one.resource], (), bases)
    found = {
        one.rid: replace(one, ward=patient.ward, pat=patient.rid)
        for one in loose
        if one.resource and (patient := given_to(one.resource, one.pat, targets, bases))
    }
    await moved.settle(tx, list(found.values()))
    return [found.get(one.rid, one) for one in records]
