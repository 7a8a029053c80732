"""The profile of a resident, for the staff of the ward (docs/api/care.md, "Profile")."""

from msgspec.structs import replace

from ehr import clock
from ehr.access import Access
from ehr.care.caller import require_staff
from ehr.care.profile import Profile, profile
from ehr.care.resident import Resident, WardName, resident
from ehr.care.seen import Seen
from ehr.db import Database
from ehr.directory.wards import by_organization
from ehr.fhir.resource import parse
from ehr.records.find import find
from ehr.records.read import read
from ehr.records.stored import Stored, labels_of
from ehr.search.query import Filter, SearchQuery
from ehr.search.registry import parameters
from ehr.search.values import ReferenceValue
from ehr.visits.timeline import of_patient

VISITS = 50
"""Visits on the page; older ones are asked for as the reader goes back."""
_ALLERGIES = 50


async def patient_profile(db: Database, patient: str, *, access: Access) -> Seen[Profile]:
    """The page of the Patient with this id.

    Raises Forbidden for others than staff, NotFound (not there, or not theirs) and Gone. Whoever
    calls this records who was shown.
    """
    require_staff(access, "Patient")
    stored = await read(db, "Patient", patient, access=access)
    one = await _with_ward(db, resident(parse(stored.content), stored.version))
    page = await of_patient(db, patient, access=access, limit=VISITS)
    allergies = await _allergies(db, patient, access=access)
    shown = profile(one, page.visits, [parse(each.content) for each in allergies], clock.today())
    return Seen(shown, (stored.rid,), labels_of([stored, *page.visits, *allergies]))


async def _with_ward(db: Database, one: Resident) -> Resident:
    ward = await by_organization(db, one.organization) if one.organization else None
    return replace(one, ward=WardName(code=ward.code, name=ward.name)) if ward else one


async def _allergies(db: Database, patient: str, *, access: Access) -> list[Stored]:
    parameter = parameters("AllergyIntolerance")["patient"]
    of_this = Filter(parameter, None, (ReferenceValue("Patient", patient),))
    query = SearchQuery(types=("AllergyIntolerance",), filters=(of_this,), count=_ALLERGIES)
    return (await find(db, query, access=access)).matches
