"""What each role may do at most, by resource type; a token's scopes only narrow it.

Deny by default: a type that is in no list here is open to clients with every type alone.
Roles and their reach: docs/identity.md. A record is kept, so nobody at a ward deletes consent
or provenance, and nobody but the server writes an AuditEvent.
"""

from collections.abc import Iterable

from auth.scopes import Right
from ehr.access import Label, Role, Verb
from ehr.search.shared import SHARED_TYPES

_CLINICAL = """
    Account AdverseEvent AllergyIntolerance Appointment AppointmentResponse Basic Binary
    BodyStructure Bundle CarePlan CareTeam ChargeItem Claim ClaimResponse ClinicalImpression
    Communication CommunicationRequest Composition Condition Coverage
    CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceRequest
    DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference Encounter
    EpisodeOfCare ExplanationOfBenefit FamilyMemberHistory Flag Goal Group GuidanceResponse
    ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation Invoice List
    Media MedicationAdministration MedicationDispense MedicationRequest MedicationStatement
    MolecularSequence NutritionOrder Observation Patient Person Procedure
    QuestionnaireResponse RelatedPerson RequestGroup RiskAssessment Schedule ServiceRequest Slot
    Specimen SupplyDelivery SupplyRequest Task VisionPrescription
"""
CLINICAL = frozenset(_CLINICAL.split())
"""What ward staff record."""

RECORDED_FOR_GOOD = frozenset({"Consent", "Provenance"})

LABELS = {
    "hiv-care": Label.HIV,
    "mental-health-care": Label.MENTAL_HEALTH,
    "restricted-records": Label.RESTRICTED,
    "very-restricted-records": Label.VERY_RESTRICTED,
}
"""Roles that open a label; none implies another."""

PURPOSES = {
    Role.ANALYST: "PUBHLTH",
    Role.AUDITOR: "HCOMPL",
    Role.SYSTEM: "HOPERAT",
}
"""v3-PurposeOfUse of what a role does; TREAT for the others."""

EVERYTHING: frozenset[Right] = frozenset(("*", verb) for verb in Verb)


def _of(types: Iterable[str], letters: str) -> frozenset[Right]:
    return frozenset((name, Verb(letter)) for name in types for letter in letters)


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.CLINICIAN: _of(CLINICAL, "cruds")
    | _of({"Consent"}, "crus")
    | _of({"Provenance"}, "crs")
    | _of(SHARED_TYPES, "rs"),
    Role.ADMIN: _of(CLINICAL | RECORDED_FOR_GOOD | SHARED_TYPES, "rs")
    | _of({"Patient", "RelatedPerson"}, "cu"),
    Role.ANALYST: frozenset(),
    Role.AUDITOR: _of({"AuditEvent"}, "rs"),
    Role.PARTNER: EVERYTHING,
    Role.SYSTEM: EVERYTHING,
}
"""PARTNER and SYSTEM are limited by their partner row instead."""


def narrow(left: frozenset[Right], right: frozenset[Right]) -> frozenset[Right]:
    """What both sets allow, where `*` stands for every type."""
    return frozenset(
        one for one, other in ((r, right) for r in left) if one in other or ("*", one[1]) in other
    ) | frozenset(one for one in right if ("*", one[1]) in left)
