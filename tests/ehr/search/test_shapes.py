"""The shape of the statements: the rules that were measured, and the caller in every branch."""

import re
from dataclasses import replace

import pytest
from fixtures import callers
from fixtures.searching import query

from ehr.access import Access, Power
from ehr.search import compile
from ehr.search.filters import include_of
from ehr.search.referring import Named, referring

WARD = replace(callers.clinician(1), grantee=None)
WARDS = replace(callers.several(1, 2), grantee=None)
BOTH = callers.clinician(1)
GRANTS = replace(callers.hospital(), powers=frozenset({Power.UNFILTERED_SEARCH}))
SYSTEM = callers.system()
CODE = "code=http://loinc.org|1"
EVERYONE = [WARD, WARDS, BOTH, GRANTS, SYSTEM]
EVERY_QUERY = [
    ("Observation", ""),
    ("Observation", CODE),
    ("Observation", "date=ge2026&_sort=-date"),
    ("Observation", f"patient=a&{CODE}&_sort=-date"),
    ("Observation", "_sort=_id"),
    ("Patient", "name=nguyen thi"),
    ("Patient", "name=thi&gender=male"),
    ("Patient", "identifier=1"),
    ("Patient", "_id=a"),
    ("Organization", "name=tram"),
    ("Patient", "_sort=family"),
    ("Patient", "_sort=-family,birthdate"),
    ("Patient", "name=nguyen&_sort=given,_id"),
    ("Condition", "_sort=onset-date"),
    ("Observation", "_sort=-value-quantity"),
]


@pytest.mark.parametrize("access", EVERYONE, ids=["ward", "wards", "both", "grants", "system"])
@pytest.mark.parametrize(("kind", "asked"), EVERY_QUERY)
def test_the_caller_and_the_labels_are_in_every_branch(
    kind: str, asked: str, access: Access
) -> None:
    for statement in (
        compile.page(query(kind, asked), access),
        compile.count(query(kind, asked), access),
    ):
        reads = re.findall(r"resource_index i\b", statement.text)
        assert len(reads) == statement.text.count("(i.label = 0 OR i.label & %s::int = 0)")
        callers_own = r"i\.ward = (%s|w\.ward|ANY)|i\.ward >= 0|access_grant"
        assert len(re.findall(callers_own, statement.text)) >= len(reads)
        assert statement.text.count("%s") == len(statement.params)


@pytest.mark.parametrize("access", EVERYONE, ids=["ward", "wards", "both", "grants", "system"])
@pytest.mark.parametrize("kind", ["Patient", "Encounter", "Observation", "Practitioner"])
def test_the_caller_and_the_labels_are_in_what_comes_along(kind: str, access: Access) -> None:
    statements = [
        referring(include_of(asked), [Named(kind, "a", 1, "http://a")], access)
        for asked in ("*", "Observation:*", "Provenance:target", "Observation:subject")
    ]
    statements.append(compile.chosen([1], access))
    statements.append(compile.collected(query("Patient", "_sort=gender"), access))
    assert any(statements)
    for one in filter(None, statements):
        reads = re.findall(r"FROM resource_index i\b|JOIN resource_index i\b|\) i WHERE", one.text)
        assert len(reads) == one.text.count("(i.label = 0 OR i.label & %s::int = 0)")
        assert one.text.count("%s") == len(one.params)


def text(kind: str, asked: str, access: Access) -> str:
    return compile.page(query(kind, asked), access).text


def test_one_ward_is_a_scalar_and_several_are_walked_one_by_one() -> None:
    assert "i.ward = %s" in text("Observation", CODE, WARD)
    several = text("Observation", CODE, WARDS)
    assert "CROSS JOIN LATERAL" in several
    assert "i.ward = ANY" not in several
    assert re.search(r"LIMIT %s\) x", several)


@pytest.mark.parametrize(
    ("kind", "query"),
    [
        ("Observation", CODE),
        ("Encounter", "date=2026-11-26"),
        ("Patient", "name=nguyen thi"),
        ("Observation", ""),
    ],
)
def test_every_ward_is_walked_at_once(kind: str, query: str) -> None:
    every = text(kind, query, SYSTEM)
    assert "LATERAL (SELECT x" not in every
    assert "FROM ward" not in every
    assert "i.ward >= 0" in every


def test_a_code_beside_a_patient_uses_no_index_of_its_own() -> None:
    for access in EVERYONE:
        chart = text("Observation", f"patient=a&{CODE}", access)
        assert "i.code = " not in chart
        assert "@>" not in chart
        assert "UNION ALL" not in chart or access is SYSTEM


def test_a_code_of_a_population_has_a_branch_for_its_column_and_one_for_the_rest() -> None:
    assert text("Observation", CODE, WARD).count("i.code = %s") == 1
    assert text("Observation", CODE, WARD).count("i.tok @> ARRAY[%s]::bigint[]") == 1
    assert text("Observation", CODE, BOTH).count("UNION ALL") == 3


def test_a_shared_type_has_one_plan_for_everyone() -> None:
    texts = {text("Organization", "name=tram", access) for access in EVERYONE}
    assert len(texts) == 1
    assert "access_grant" not in texts.pop()


def test_nothing_is_skipped_by_offset() -> None:
    for kind, asked in EVERY_QUERY:
        assert not re.search(r"OFFSET [^0]", text(kind, asked, SYSTEM))
