"""A referral into a ServiceRequest to a hospital (http://hl7.org/fhir/R4/servicerequest.html).

The performer is what gives the hospital's client access to the patient (docs/identity.md).
"""

from ehr.care.build.context import Setting
from ehr.care.build.elements import coding, concept, reference
from ehr.care.build.times import date_time
from ehr.care.documents import Refer
from ehr.fhir.resource import Resource
from ehr.terminology.systems import ICD10, LOINC, SERVICE_CATEGORY

REFERRAL = "referral"


def service_request(document: Refer, setting: Setting) -> Resource:
    """The ServiceRequest of `document`: active, an order, for the hospital to perform."""
    resource: Resource = {
        "resourceType": "ServiceRequest",
        "id": document.id,
        "status": "active",
        "intent": "order",
        "category": [
            {
                "coding": [
                    coding(SERVICE_CATEGORY, REFERRAL, "Referral"),
                    coding(LOINC, "57133-1", "Referral note"),
                ],
                "text": "Chuyển cơ sở khám bệnh, chữa bệnh",
            }
        ],
        "priority": document.urgency,
        "subject": reference("Patient", document.patient),
    }
    if document.visit:
        resource["encounter"] = reference("Encounter", document.visit)
    resource["authoredOn"] = date_time(setting.recorded)
    resource["requester"] = setting.author or reference("Organization", setting.organization)
    resource["performer"] = [reference("Organization", document.to)]
    resource["reasonCode"] = [{"text": document.reason.strip()}]
    if document.diagnosis:
        display = document.diagnosis.display.strip()
        resource["reasonCode"].append(concept(ICD10, document.diagnosis.code, display, display))
    return resource
