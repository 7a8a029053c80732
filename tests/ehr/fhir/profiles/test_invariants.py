"""The FHIRPath rules of a profile, and those that are not judged because of what they may cost."""

import pytest
from fixtures.profiling import structure, told

from ehr.fhir.profiles.invariants import compiled

PATIENT = {"resourceType": "Patient", "name": [{"family": "Nguyễn"}, {"text": "Hòa"}]}


def rule(expression: str, severity: str = "error") -> dict[str, str]:
    return {"key": "a-1", "severity": severity, "human": "It holds.", "expression": expression}


@pytest.mark.proves("validation/profiles")
@pytest.mark.parametrize(
    ("at", "expression", "severity", "expected"),
    [
        ("Patient", "name.exists()", "error", []),
        ("Patient", "photo.exists()", "error", ["invariant Patient"]),
        ("Patient", "photo.exists()", "warning", ["invariant Patient?"]),
        ("Patient.name", "family.exists()", "error", ["invariant Patient.name[1]"]),
        ("Patient.name", "text.length() < 4", "error", []),
        ("Patient.name", "text.upper() = 'HÒA'", "error", []),
        ("Patient.name", "text.lower() = 'Hòa'", "error", ["invariant Patient.name[1]"]),
        ("Patient", "name.skip(1).family.exists()", "error", ["invariant Patient"]),
        ("Patient", "name.take(1).family.exists()", "error", []),
        ("Patient.name", "%resource.photo.exists()", "error",
         ["invariant Patient.name[0]", "invariant Patient.name[1]"]),
        ("Patient", "memberOf('http://example.org/vs')", "error", ["incomplete Patient?"]),
    ],
)  # fmt: skip
def test_invariants_are_asked_where_they_stand(
    at: str, expression: str, severity: str, expected: list[str]
) -> None:
    mine = structure("Patient", {"id": at, "constraint": [rule(expression, severity)]})
    assert told(PATIENT, mine) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "value.matches('^[0-9]{12}$')",
        "value.matches('[A-Z]+-[0-9]*')",
        "value.matches('(0|84)[0-9]{9}')",
        "value.matches('^([A-Z]{2})?[0-9]{3,5}(-[0-9]{4})?$')",
        "descendants().count() < 100",
        "contact.all(name.exists() or organization.exists())",
        "contact.all(organization.reference in %resource.contained.id)",
        "contact.where(name.exists(family = 'a')).all(name.family in %resource.name.family)",
        "name.select(given | family).exists()",
    ],
)
def test_what_costs_no_more_than_the_resource_is_judged(expression: str) -> None:
    assert compiled(expression) is not None


@pytest.mark.parametrize(
    "expression",
    [
        "value.matches('(a+)+$')",
        "value.matches('(a|aa)+$')",
        "value.matches('(a?){64}$')",
        "value.matches('(a)\\\\1')",
        "value.matches('a?a?a?a?a?a?a?a?a?a?a?a?aaaaaaaaaaaa')",
        "value.matches('(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)(a|aa)b')",
        "value.matches('a{0,999}a{0,999}a{0,999}b')",
        "value.matches('.*a.*b.*c')",
        "value.matches('[')",
        "value.matches(%resource.id)",
        "descendants().where(descendants().exists())",
        "name.all(%resource.name.all(%resource.name.all(family.exists())))",
        "name.select(%resource.name).select(%resource.name).exists()",
        "name.select($this.combine($this)).select($this.combine($this)).exists()",
        "conformsTo('http://example.org')",
        "1 +",
        " and ".join(["name.exists()"] * 200),
        "a" * 5000,
    ],
)
def test_what_could_cost_without_end_is_not_judged(expression: str) -> None:
    assert compiled(expression) is None
