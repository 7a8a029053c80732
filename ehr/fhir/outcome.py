"""OperationOutcome, the form in which everything is refused (http://hl7.org/fhir/R4/operationoutcome.html)."""

from collections.abc import Iterable
from typing import Any

from ehr.errors import Issue
from ehr.fhir.identifiers import ISSUE_DETAILS
from ehr.fhir.resource import Resource


def operation_outcome(issues: Iterable[Issue]) -> Resource:
    """The OperationOutcome of `issues`, in their order; without any, one that says all is well."""
    found = [_issue(issue) for issue in issues]
    return {"resourceType": "OperationOutcome", "issue": found or [_issue(ALL_OK)]}


ALL_OK = Issue("informational", "No problem was found.", severity="information")


def _issue(issue: Issue) -> dict[str, Any]:
    written: dict[str, Any] = {"severity": issue.severity, "code": issue.code}
    if issue.details is not None:
        written["details"] = {"coding": [{"system": ISSUE_DETAILS, "code": issue.details}]}
    written["diagnostics"] = issue.diagnostics
    if issue.expression is not None:
        written["expression"] = [issue.expression]
    return written
