"""A dose into an Immunization (http://hl7.org/fhir/R4/immunization.html, VN Core 0.4 and later)."""

from ehr.care.build.context import Setting
from ehr.care.build.elements import clean, concept, extension, reference
from ehr.care.build.times import date_time
from ehr.care.documents import RecordImmunization
from ehr.fhir.resource import Resource
from ehr.terminology import lookup, systems


def immunization(document: RecordImmunization, setting: Setting) -> Resource:
    """The Immunization of `document`, given in `setting`'s ward."""
    vaccine = lookup.vaccines()[document.vaccine]
    resource: Resource = {
        "resourceType": "Immunization",
        "id": document.id,
        "extension": [extension(systems.PROGRAMME_EXTENSION, "Code", document.programme)],
        "status": "completed",
        "vaccineCode": concept(systems.CVX, vaccine.cvx, vaccine.display, vaccine.vi),
        "patient": reference("Patient", document.patient),
        "occurrenceDateTime": document.date,
        "recorded": date_time(setting.recorded),
        "primarySource": True,
        "location": reference("Location", setting.organization),
    }
    if lot := clean(document.lot):
        resource["lotNumber"] = lot
    performers = [setting.author, reference("Organization", setting.organization)]
    resource["performer"] = [{"actor": actor} for actor in performers if actor]
    resource["protocolApplied"] = [{"doseNumberPositiveInt": document.dose}]
    return resource
