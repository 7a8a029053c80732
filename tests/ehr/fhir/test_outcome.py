"""OperationOutcome from issues, and the identifier systems."""

from ehr.errors import Issue
from ehr.fhir.identifiers import BHYT, CCCD, canonical_system
from ehr.fhir.outcome import operation_outcome


def test_an_issue_is_written_with_what_it_has() -> None:
    outcome = operation_outcome(
        [Issue("structure", "No.", expression="Patient.x", details="unknown-element")]
    )
    assert outcome["resourceType"] == "OperationOutcome"
    (issue,) = outcome["issue"]
    assert issue["severity"] == "error"
    assert issue["code"] == "structure"
    assert issue["diagnostics"] == "No."
    assert issue["expression"] == ["Patient.x"]
    assert issue["details"]["coding"][0]["code"] == "unknown-element"


def test_no_issue_is_said_to_be_none() -> None:
    (issue,) = operation_outcome([])["issue"]
    assert (issue["severity"], issue["code"]) == ("information", "informational")
    assert "expression" not in issue


def test_the_names_of_a_system_meet() -> None:
    assert canonical_system("http://fhir.ehealth.gov.vn/core/sid/national_id") == CCCD
    assert canonical_system("https://basespecs.vn/NamingSystem/InsuranceNumbers") == BHYT
    assert canonical_system(CCCD) == CCCD
    assert canonical_system("http://hospital.vn/mrn/") == "http://hospital.vn/mrn/"
