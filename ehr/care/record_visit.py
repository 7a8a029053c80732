"""Record a visit: all its resources or none, and once only (RecordVisit of docs/api/care.md)."""

from collections.abc import Iterator

from ehr import clock
from ehr.access import Access, Verb
from ehr.care import checks
from ehr.care.build.times import instant
from ehr.care.build.visit import visit
from ehr.care.caller import require_clinician, setting, working_ward
from ehr.care.documents import RecordVisit
from ehr.care.once import Recorded, already, before, now
from ehr.care.values import fault
from ehr.db import Tx
from ehr.errors import Duplicate, Issue
from ehr.fhir.dates import bounds
from ehr.fhir.resource import Resource, parse
from ehr.ingest.change import Change
from ehr.ingest.save import save
from ehr.records.read import read
from ehr.records.stored import Stored
from ehr.terminology import lookup


async def record_visit(tx: Tx, document: RecordVisit, *, access: Access) -> Recorded:
    """The Encounter made of `document` with all that belongs to it, or made of it before.

    Raises Unprocessable (a field), Forbidden (no clinician), NotFound (no such patient, or not
    the caller's) and Duplicate (the id is another visit's).
    """
    require_clinician(access, "Encounter")
    checks.require(checks.visit(document, clock.now()))
    earlier = await already(tx, "Encounter", document.id, access=access)
    if earlier:
        return before(_same_visit(earlier, document))
    patient = parse((await read(tx, "Patient", document.patient, access=access)).content)
    checks.require(_against(document, patient))
    ward = await working_ward(tx, document.ward, access=access, preferred=_managing(patient))
    resources = visit(document, setting(ward, access=access))
    changes = [Change(Verb.CREATE, each["resourceType"], each["id"], each) for each in resources]
    return now((await save(tx, changes, access=access))[0])


def _same_visit(stored: Stored, document: RecordVisit) -> Stored:
    subject = parse(stored.content).get("subject", {}).get("reference")
    if subject != f"Patient/{document.patient}":
        raise Duplicate("id is that of another visit.", expression="id", code="duplicate")
    return stored


def _managing(patient: Resource) -> str | None:
    reference: str = patient.get("managingOrganization", {}).get("reference", "")
    return reference.removeprefix("Organization/") or None


def _against(document: RecordVisit, patient: Resource) -> Iterator[Issue]:
    """What the document cannot say of this patient."""
    born = patient.get("birthDate")
    if document.start and born and instant(document.start) < bounds(born)[0]:
        yield fault("start", "out-of-range", "must not be before the patient's birth.")
    other = {"female": "male", "male": "female"}.get(patient.get("gender", ""))
    for at, diagnosis in enumerate(document.diagnoses):
        known = lookup.diagnoses().get(diagnosis.code)
        if known and known.sex and known.sex == other:
            path = f"diagnoses[{at}].code"
            yield fault(path, "wrong-sex", f"{diagnosis.code} is for the other sex only.")
