"""Which parameter of a type is its main date, main code, patient and encounter.

These four have columns of their own in resource_index: the date orders charts and day lists, the
code counts and finds without the GIN, the patient is the chart. docs/api/search.md shows the
table.
"""

from collections.abc import Mapping

MAIN_DATE: Mapping[str, str] = {
    "Account": "period",
    "Basic": "created",
    "Bundle": "timestamp",
    "ChargeItem": "entered-date",
    "Claim": "created",
    "ClaimResponse": "created",
    "Communication": "sent",
    "CommunicationRequest": "authored",
    "Condition": "recorded-date",
    "Contract": "issued",
    "CoverageEligibilityRequest": "created",
    "CoverageEligibilityResponse": "created",
    "DetectedIssue": "identified",
    "DeviceRequest": "authored-on",
    "DocumentManifest": "created",
    "ExplanationOfBenefit": "created",
    "Goal": "start-date",
    "ImagingStudy": "started",
    "Media": "created",
    "Medication": "expiration-date",
    "MedicationAdministration": "effective-time",
    "MedicationDispense": "whenhandedover",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "NutritionOrder": "datetime",
    "Patient": "birthdate",
    "PaymentNotice": "created",
    "PaymentReconciliation": "created",
    "Person": "birthdate",
    "Provenance": "recorded",
    "QuestionnaireResponse": "authored",
    "RelatedPerson": "birthdate",
    "RequestGroup": "authored",
    "ServiceRequest": "authored",
    "Slot": "start",
    "Specimen": "collected",
    "Task": "authored-on",
    "TestReport": "issued",
    "VisionPrescription": "datewritten",
}
"""Where it is not `date`."""

MAIN_CODE: Mapping[str, str] = {
    "CarePlan": "category",
    "Composition": "type",
    "Coverage": "type",
    "Device": "type",
    "DocumentReference": "type",
    "Encounter": "reason-code",
    "EpisodeOfCare": "type",
    "Immunization": "vaccine-code",
    "Location": "type",
    "Organization": "type",
    "Specimen": "type",
}
"""Where it is not `code`."""

PATIENT = ("patient", "subject")
"""The parameters that may lead to the patient, the first of a type first."""
ENCOUNTER = ("encounter", "context")
