"""`_sort` by every kind of parameter and by several: complete pages, missing values last."""

from dataclasses import replace
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import UCUM, every_page, observation, organizations, patient, query, store

from ehr.access import Access
from ehr.db import Database
from ehr.errors import TooCostly
from ehr.fhir.definitions import resource_types
from ehr.records import collected
from ehr.records.find import find
from ehr.search.document_keys import document_key
from ehr.search.filters import sort_of
from ehr.search.query import SearchQuery
from ehr.search.registry import parameters

PERSONS: dict[str, dict[str, Any]] = {
    "a": {"name": [{"family": "Trần", "given": ["Hòa", "hoa"]}], "gender": "male"},
    "b": {"name": [{"family": "An"}, {"family": "Vũ"}], "gender": "female", "birthDate": "2000"},
    "c": {"deceasedDateTime": "2026-03-01", "address": [{"city": "Hà Nội"}]},
    "d": {"name": [{"family": "đặng"}], "gender": "male", "deceasedDateTime": "2026-01"},
    "e": {"name": [{"family": "Đặng", "given": ["An"]}], "birthDate": "1990"},
    "f": {"name": [{"family": "DANG", "given": ["Bình"]}], "address": [{"city": "Huế"}]},
    "g": {"gender": "other", "birthDate": "2000-01-01"},
}
"""By id; a to d in ward 1, the others in ward 2."""


async def people(db: Database) -> None:
    await organizations(db)
    for id, more in PERSONS.items():
        await store(db, patient(id, 1 if id <= "d" else 2, **more))


FINDINGS: dict[str, dict[str, Any]] = {
    "a": {"code": {"coding": [{"code": "z"}, {"code": "b"}]}, "status": "final"},
    "b": {"code": {"text": "a text"}, "valueQuantity": {"value": 2, "system": UCUM, "code": "kg"}},
    "c": {"valueQuantity": {"value": 900, "system": UCUM, "code": "g"}},
    "d": {"valueQuantity": {"value": 3.5, "unit": "steps"}, "effectiveDateTime": "2026-02-01"},
    "e": {"code": {"coding": [{"display": "shown"}]}, "effectiveDateTime": "2026-01-01"},
    "f": {"performer": [{"reference": "Practitioner/x"}], "effectiveDateTime": "2026-02-01"},
}  # fmt: skip


async def findings(db: Database) -> None:
    """All of one resident; those without a code have 29463-7."""
    await store(db, {"resourceType": "Practitioner", "id": "x"})
    for id, more in FINDINGS.items():
        await store(db, observation(id, "a" if id <= "c" else "e", **more))


async def read(db: Database, wanted: SearchQuery, access: Access) -> str:
    """The ids in their order, the same in pages of every size, forward and back."""
    orders = set()
    for size in (1, 2, 3, 50):
        forward, back = await every_page(db, replace(wanted, count=size), access)
        assert back == forward[-2::-1]
        orders.add("".join(id for shown in forward for id in shown))
    assert len(orders) == 1, orders
    return orders.pop()


@pytest.mark.proves("results/_sort")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("family", "bdefacg"),
        ("-family", "bafedgc"),
        ("given", "efabcdg"),
        ("family,-_id", None),
        ("address-city", "cfabdeg"),
        ("-address-city", "fcgedba"),
        ("death-date", "dcabefg"),
        ("-death-date", "cdgfeba"),
        ("birthdate,_id", "ebgacdf"),
        ("-birthdate,-_id", "gbefdca"),
        ("gender,_id", "badgcef"),
        ("-gender,_id", "gadbcef"),
        ("gender,-birthdate,_id", "badgecf"),
        ("-birthdate,gender,_id", "bgeadcf"),
        ("family,given,_id", "befdacg"),
        ("_id", "abcdefg"),
        ("-_id", "gfedcba"),
        ("_lastUpdated", "abcdefg"),
        ("organization,-_id", "dcbagfe"),
        ("name,_id", None),
        ("active,_id", "abcdefg"),
        ("phone,_id", "abcdefg"),
        ("_profile,_id", "abcdefg"),
    ],
)
async def test_people_are_sorted(db: Database, sort: str, expected: str | None) -> None:
    await people(db)
    wanted = query("Patient", f"_sort={sort}")
    for access in (callers.system(), callers.several(1, 2)):
        order = await read(db, wanted, access)
        assert sorted(order) == list(PERSONS)
        assert expected is None or order == expected
        for ward, own in ((1, "abcd"), (2, "efg")):
            assert await read(db, wanted, callers.clinician(ward)) == "".join(
                id for id in order if id in own
            )
    assert await read(db, wanted, callers.clinician(3)) == ""


@pytest.mark.proves("results/_sort")
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("_sort=value-quantity,_id", "cbdaef"),
        ("_sort=-value-quantity,_id", "dbcaef"),
        ("_sort=code,_id", "cdfbae"),
        ("_sort=-code,_id", "aebcdf"),
        ("_sort=performer,_id", "fabcde"),
        ("_sort=subject,-_id", "cbafed"),
        ("_sort=-date,_id", "dfeabc"),
        ("_sort=date,-_id", "efdcba"),
        ("_sort=-date,code,-_id", None),
        ("_sort=-date,-value-quantity", "dfebca"),
        ("_sort=combo-code,_id", "cdfbae"),
        ("patient=a&_sort=value-quantity,_id", "cba"),
        ("patient=a&_sort=-code", "abc"),
        ("patient=a&_sort=-date,_id", "abc"),
        ("status=final&_sort=-value-quantity,_id", "dbcaef"),
        ("code=29463-7&_sort=-value-quantity,_id", "dcf"),
        ("code=29463-7&_sort=performer,-date,_id", "fdc"),
        ("date=ge2026&_sort=performer,date", "fed"),
        ("_id=a,c,f&_sort=code,_id", "cfa"),
    ],
)
async def test_findings_are_sorted(db: Database, asked: str, expected: str | None) -> None:
    await people(db)
    await findings(db)
    wanted = query("Observation", asked)
    order = await read(db, wanted, callers.system())
    assert expected is None or order == expected
    assert await read(db, wanted, callers.several(1, 2)) == order
    assert await read(db, wanted, callers.clinician(1)) == "".join(id for id in order if id < "d")


@pytest.mark.parametrize(
    "sort", ["family", "-family", "death-date", "gender,_id", "-birthdate,_id"]
)
async def test_a_granted_resident_stands_among_ones_own(db: Database, sort: str) -> None:
    await people(db)
    async with db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', id, now() - interval '1 day', now() + interval '1 day'"
            " FROM resource_directory WHERE id IN ('e', 'g')"
        )
    wanted = query("Patient", f"_sort={sort}")
    order = await read(db, wanted, callers.system())
    access = replace(callers.clinician(1), grantee=11)
    assert await read(db, wanted, access) == "".join(id for id in order if id in "abcdeg")


_NO_ORDER = frozenset({"none", "composite", "text"})


async def test_every_parameter_of_every_type_sorts_or_says_that_it_cannot(db: Database) -> None:
    refused = set()
    for kind in resource_types():
        for one in parameters(kind).values():
            if one.storage in _NO_ORDER or one.kind == "special" or "Tail" in one.types:
                refused.add(one.kind)
                continue
            wanted = SearchQuery((kind,), sort=(sort_of(kind, one.code), sort_of(kind, "_id")))
            if one.number % 20 == 0:
                assert await read(db, wanted, callers.clinician(1)) == ""
    assert refused <= {"composite", "special", "token", "string", "reference"}


async def test_what_must_be_collected_is_bounded(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people(db)
    wanted = query("Patient", "_sort=gender")
    monkeypatch.setattr(collected.compile, "MAX_COLLECTED", 4)
    monkeypatch.setattr(collected, "MAX_COLLECTED", 4)
    assert await read(db, wanted, callers.clinician(1)) == "badc"
    with pytest.raises(TooCostly, match=r"4 resources .* sort them by gender"):
        await read(db, wanted, callers.system())


async def test_what_goes_while_a_page_is_read_does_not_end_the_pages(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place was taken into account, and its row is gone when it is to be shown."""
    await people(db)
    shown = collected._shown

    async def without_the_first(*asked: Any) -> list[Any]:
        return (await shown(*asked))[1:]

    monkeypatch.setattr(collected, "_shown", without_the_first)
    page = await find(db, query("Patient", "_sort=gender", count=2), access=callers.system())
    assert len(page.matches) == 2
    assert page.next_cursor is not None


async def test_a_page_in_the_order_of_documents_skips_nothing_that_did_not_change(
    db: Database,
) -> None:
    await people(db)
    wanted = query("Patient", "_sort=gender,_id", count=3)
    from fixtures.searching import ids_of, page

    first = await page(db, wanted, callers.system())
    assert ids_of(first) == ["b", "a", "d"]
    await store(db, patient("a", 1, gender="female"), patient("ab", 1, gender="male"))
    await store(db, patient("d", 1, gender="unknown"))
    second = await page(db, replace(wanted, cursor=first.next), callers.system())
    assert ids_of(second) == ["g", "d", "c"]


COMPONENT = {"component": [{"code": {"text": "a"}}]}


@pytest.mark.parametrize(
    ("kind", "code", "resource", "lowest", "highest"),
    [
        ("Patient", "active", {"active": False}, "false", "false"),
        ("Patient", "identifier", {"identifier": [{"value": "2"}, {"value": "1"}]}, "1", "2"),
        ("Patient", "telecom", {"telecom": [{"value": "+84"}]}, "+84", "+84"),
        ("Patient", "gender", {}, None, None),
        ("Observation", "code", {"code": {"coding": [{"system": "s"}]}}, None, None),
        ("Observation", "subject", {"subject": {"display": "x"}}, "x", "x"),
        ("Observation", "combo-code", {"code": {"text": "b"}, **COMPONENT}, "a", "b"),
        ("Observation", "code", {"code": {"text": "a" * 900}}, "a" * 200, "a" * 200),
    ],
)  # fmt: skip
def test_document_keys(
    kind: str, code: str, resource: dict[str, Any], lowest: str | None, highest: str | None
) -> None:
    parameter = parameters(kind)[code]
    document = {"resourceType": kind, **resource}
    assert document_key(parameter, document, descending=False) == lowest
    assert document_key(parameter, document, descending=True) == highest
