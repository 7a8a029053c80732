"""Large and hostile resources are judged in time that grows with their size, not faster."""

import time
from typing import Any

import pytest

from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check

MANY = 5_000


def _coding(letter: str, number: int) -> dict[str, Any]:
    return {"coding": [{"system": "http://a.vn", "code": f"{letter}{number}"}]}


def _nested_items(depth: int) -> list[dict[str, Any]]:
    inner = {"item": _nested_items(depth - 1)} if depth else {}
    return [{"linkId": str(depth), "type": "group" if depth else "string", "text": "x", **inner}]


HOSTILE: dict[str, Resource] = {
    "each component's code beside each of the observation's (obs-7)": {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [_coding("a", n)["coding"][0] for n in range(MANY)]},
        "valueString": "x",
        "component": [{"code": _coding("b", n), "valueString": "x"} for n in range(MANY)],
    },
    "as many references as contained resources (ref-1, dom-3)": {
        "resourceType": "Group",
        "type": "person",
        "actual": True,
        "contained": [{"resourceType": "Patient", "id": f"p{n}"} for n in range(MANY)],
        "member": [{"entity": {"reference": f"#p{n}"}} for n in range(MANY)],
    },
    "all link ids distinct (que-2)": {
        "resourceType": "Questionnaire",
        "status": "draft",
        "item": [{"linkId": str(n), "type": "string", "text": "x"} for n in range(MANY)],
    },
    "all codes of a tree distinct (csd-1)": {
        "resourceType": "CodeSystem",
        "status": "draft",
        "content": "complete",
        "concept": [{"code": f"a{n}", "concept": [{"code": f"b{n}"}]} for n in range(MANY)],
    },
    "a large transaction (bdl-3, bdl-7)": {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {
                "fullUrl": f"urn:uuid:{n}",
                "resource": {"resourceType": "Patient", "active": True},
                "request": {"method": "POST", "url": "Patient"},
            }
            for n in range(MANY)
        ],
    },
    "deep nesting": {
        "resourceType": "Questionnaire",
        "status": "draft",
        "item": _nested_items(28),
    },
    "a long URI": {"resourceType": "Patient", "implicitRules": "a" * 1_000_000},
    "a long reference": {
        "resourceType": "Patient",
        "managingOrganization": {"reference": "http://" + "a/" * 300_000 + "Organization/1"},
    },
    "much base64": {"resourceType": "Binary", "contentType": "a/b", "data": "aGVs" * 500_000},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_valid_but_large_resources_take_linear_time(name: str) -> None:
    resource = parse(dump(HOSTILE[name]))
    start = time.process_time()
    assert check(resource) == []
    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Patient", "language": "a b " * 200_000},
        {"resourceType": "Patient", "name": [{"x": 1}] * 50_000},
        {"resourceType": "Patient", "birthDate": "1" * 1_000_000},
        {"resourceType": "Patient", "id": "-" * 1_000_000},
        {"resourceType": "Patient" * 100_000},
        {"resourceType": "Patient", **{f"k{n}": n for n in range(20_000)}},
        {"resourceType": "Patient", "extension": [{"extension": []}] * 20_000},
        {"resourceType": "Bundle", "type": "batch", "entry": [{"fullUrl": "x"}] * 5_000},
    ],
    ids=["code", "unknown", "date", "id", "type", "keys", "extensions", "entries"],
)
def test_invalid_and_large_resources_are_refused_soon_and_briefly(resource: Resource) -> None:
    start = time.process_time()
    issues = check(resource)
    assert time.process_time() - start < 2
    assert 0 < len(issues) <= 100
    assert all(len(issue.diagnostics) < 600 for issue in issues)
