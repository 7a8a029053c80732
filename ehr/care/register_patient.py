"""Register a resident at a ward (RegisterPatient of docs/api/care.md)."""

from ehr import clock
from ehr.access import Access, Verb
from ehr.care import checks
from ehr.care.build.patient import patient
from ehr.care.caller import require_clinician, working_ward
from ehr.care.documents import RegisterPatient
from ehr.care.duplicates import identifiers, require_new
from ehr.care.once import Recorded, already, before, now
from ehr.db import Tx
from ehr.ingest.change import Change
from ehr.ingest.save import save


async def register_patient(tx: Tx, document: RegisterPatient, *, access: Access) -> Recorded:
    """The Patient made of `document`, or made of it before.

    Raises Unprocessable (a field), Forbidden (no clinician, not their ward), Duplicate (known in
    this ward, with the id) and RegisteredElsewhere (known in another; nothing else is told).
    """
    require_clinician(access, "Patient")
    checks.require(checks.registration(document, clock.today()))
    ward = await working_ward(tx, document.ward, access=access)
    held = [f"{system}|{value}" for _, system, value in identifiers(document)]
    earlier = await already(tx, "Patient", document.id, access=access, also=held)
    if earlier:
        return before(earlier)
    await require_new(tx, document, access=access)
    change = Change(Verb.CREATE, "Patient", document.id, patient(document, ward))
    (saved,) = await save(tx, [change], access=access)
    return now(saved)
