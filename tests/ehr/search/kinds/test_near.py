"""`near`: places by distance."""

from typing import Any

import pytest
from fixtures.searching import answers, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.fhir.resource import Number
from ehr.search.filters import filter_of


def place(id: str, latitude: str | None = None, longitude: str = "0") -> dict[str, Any]:
    there = (
        {"position": {"latitude": Number(latitude), "longitude": Number(longitude)}}
        if latitude
        else {}
    )
    return {"resourceType": "Location", "id": id, **there}


PLACES = [
    place("a", "21.0285", "105.8542"),  # Hoàn Kiếm
    place("b", "21.0367", "105.8346"),  # Ba Đình, 2.2 km away
    place("c", "21.0480", "105.8920"),  # Long Biên, 4.5 km away
    place("d", "10.7769", "106.7009"),  # Sài Gòn, 1,140 km away
    place("e", "0.1", "-179.99"),
    place("f", "89.9", "10.0"),
    place("g"),
]
HERE = "21.0285|105.8542"


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (f"{HERE}|1|km", "a"),
        (f"{HERE}|2.5|km", "ab"),
        (f"{HERE}|2.5", "ab"),
        (f"{HERE}|2500|m", "ab"),
        (f"{HERE}|2.5|kms", "ab"),
        (f"{HERE}|1.5|[mi_i]", "ab"),
        (HERE, "abc"),
        (f"{HERE}|1200|km", "abcd"),
        (f"{HERE}|30000|km", "abcdef"),
        (f"{HERE}|0|km", "a"),
        ("0|180|20|km", "e"),
        ("0.1|-179.99|10|m", "e"),
        ("90|-170|50|km", "f"),
        ("10.7769|106.7009|1,0|180|20", "de"),
    ],
)
@pytest.mark.proves("search/near")
async def test_distances(db: Database, asked: str, ids: str) -> None:
    await store(db, *PLACES)
    assert await answers(db, "Location", [(f"near={asked}", ids)]) == {f"near={asked}": ids}


@pytest.mark.proves("search/missing")
async def test_places_without_a_position(db: Database) -> None:
    await store(db, *PLACES)
    cases = [("near:missing=true", "g"), ("near:missing=false", "abcdef")]
    assert await answers(db, "Location", cases) == dict(cases)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("near", ""),
        ("near", "21"),
        ("near", "21|"),
        ("near", "|105"),
        ("near", "91|105|1|km"),
        ("near", "21|181|1|km"),
        ("near", "21|105|-1|km"),
        ("near", "21|105|1|kg"),
        ("near", "21|105|1|no-such"),
        ("near", "21|105|1|km|x"),
        ("near", "gt21|105|1|km"),
        ("near", "21|105|ap1|km"),
        ("near", "1e400|105|1|km"),
        ("near", "NaN|105|1|km"),
        ("near:exact", "21|105"),
    ],
)
def test_what_is_no_place(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Location", key, text)
