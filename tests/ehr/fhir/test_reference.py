"""References: their forms, where they are, and new targets in a transaction."""

from typing import Any

import pytest

from ehr.fhir.reference import Reference, parse_reference, rewrite, walk

URN = "urn:uuid:0f5a1c2e-0000-4000-8000-000000000001"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Patient/1", Reference("relative", "Patient", "1")),
        ("Patient/1/_history/3", Reference("relative", "Patient", "1", "3")),
        (
            "https://a.vn/fhir/Patient/a-b.c",
            Reference("absolute", "Patient", "a-b.c", url="https://a.vn/fhir"),
        ),
        (
            "http://a.vn/Patient/1/_history/2",
            Reference("absolute", "Patient", "1", "2", "http://a.vn"),
        ),
        ("http://a.vn/anything", Reference("absolute", url="http://a.vn/anything")),
        (URN, Reference("urn", url=URN)),
        ("urn:oid:1.2.3", Reference("urn", url="urn:oid:1.2.3")),
        ("#a", Reference("fragment", id="a")),
        ("#", Reference("fragment", id="")),
        ("Patient?identifier=a|b", Reference("conditional", "Patient", url="identifier=a|b")),
        ("Person1/1", Reference("other", url="Person1/1")),
        ("patient/1", Reference("other", url="patient/1")),
        ("Patient/", Reference("other", url="Patient/")),
        ("Patient/a_b", Reference("other", url="Patient/a_b")),
        ("Patient/" + "1" * 65, Reference("other", url="Patient/" + "1" * 65)),
        ("Patient/1\n", Reference("other", url="Patient/1\n")),
        ("/Patient/1", Reference("other", url="/Patient/1")),
        ("javascript:alert(1)", Reference("other", url="javascript:alert(1)")),
    ],
)
def test_forms(text: str, expected: Reference) -> None:
    assert parse_reference(text) == expected


RESOURCE: dict[str, Any] = {
    "resourceType": "Observation",
    "subject": {"reference": URN},
    "performer": [{"display": "no one"}, {"reference": f"{URN}/_history/1"}],
    "contained": [{"resourceType": "Group", "member": [{"entity": {"reference": "Patient/2"}}]}],
    "identifier": [{"system": "urn:ietf:rfc:3986", "value": URN}],
    "valueUri": URN,
    "instantiatesUri": [URN, "http://a.vn"],
    "note": [{"text": URN}],
    "text": {"div": f"<div><a href=\"{URN}\">x</a> {URN} <img src='{URN}#a'/></div>"},
}


def test_walk_finds_each_reference_with_its_place() -> None:
    found = [(path, holder[key]) for path, holder, key in walk(RESOURCE)]
    assert found == [
        ("Observation.subject.reference", URN),
        ("Observation.performer[1].reference", f"{URN}/_history/1"),
        ("Observation.contained[0].member[0].entity.reference", "Patient/2"),
    ]


def test_rewrite_follows_references_uris_and_narrative_links_and_nothing_else() -> None:
    new = rewrite(RESOURCE, {URN: "Patient/9"})
    assert new["subject"] == {"reference": "Patient/9"}
    assert new["performer"][1] == {"reference": "Patient/9/_history/1"}
    assert new["valueUri"] == "Patient/9"
    assert new["instantiatesUri"] == ["Patient/9", "http://a.vn"]
    assert new["identifier"] == RESOURCE["identifier"]
    assert new["note"] == RESOURCE["note"]
    assert new["text"]["div"] == (
        f"<div><a href=\"Patient/9\">x</a> {URN} <img src='Patient/9#a'/></div>"
    )
    assert list(new) == list(RESOURCE)


def test_rewrite_shares_what_it_does_not_change_and_changes_nothing_in_place() -> None:
    before = RESOURCE["subject"]["reference"]
    assert rewrite(RESOURCE, {"urn:uuid:other": "Patient/9"}) is RESOURCE
    new = rewrite(RESOURCE, {URN: "Patient/9"})
    assert new["contained"] is RESOURCE["contained"]
    assert RESOURCE["subject"]["reference"] == before
