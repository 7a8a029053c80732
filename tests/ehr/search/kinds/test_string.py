"""Strings: beginnings of words, whole values and parts, folded, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import answers, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.search.filters import filter_of


def person(id: str, text: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "Person", "id": id, "name": [{"text": text}], **more}


PEOPLE = [
    person("a", "Nguyễn Thị Hòa", address=[{"city": "Hà Nội", "line": ["Ngõ 12, Hàng Bài"]}]),
    person("b", "NGUYEN Thi Hoa"),
    person("c", "Đỗ Văn Lý", address=[{"postalCode": "100000", "use": "home"}]),
    person("d", "O'Brien-Smith, Jr."),
    person("e", "Ωmega 100%"),
    {"resourceType": "Person", "id": "f", "gender": "other"},
]
CASES = [
    ("name=nguyen", "ab"),
    ("name=Nguyễn", "ab"),
    ("name=NGUY", "ab"),
    ("name=guyen", ""),
    ("name=hòa", "ab"),
    ("name=hoa nguyen", "ab"),
    ("name=đo", "c"),
    ("name=do", "c"),
    ("name=li", "c"),
    ("name=brien", "d"),
    ("name=o'brien", "d"),
    ("name=smith jr", "d"),
    ("name=jrs", ""),
    ("name=ωmega", "e"),
    ("name=100", "e"),
    ("name=nguyen,do", "abc"),
    ("name=nguyen&name=hoa", "ab"),
    (r"name=smith\, jr", "d"),
    ("name:exact=Nguyễn Thị Hòa", "a"),
    ("name:exact=NGUYEN Thi Hoa", "b"),
    ("name:exact=nguyen thi hoa", ""),
    ("name:exact=Nguyễn", ""),
    (r"name:exact=O'Brien-Smith\, Jr.", "d"),
    ("name:contains=guyen t", "ab"),
    ("name:contains=GUYỄN", "ab"),
    ("name:contains=brien-s", "d"),
    ("name:contains=0%", "e"),
    ("name:contains=_", ""),
    ("name:contains=nguyen hoa", ""),
    ("address=hang", "a"),
    ("address-city=ha", "a"),
    ("address-postalcode=1000", "c"),
    ("address-use=home", "c"),
    ("name:missing=true", "f"),
    ("name:missing=false", "abcde"),
    ("address-city:missing=true", "bcdef"),
]


@pytest.mark.proves("search/string")
@pytest.mark.proves("search/string:exact")
@pytest.mark.proves("search/string:contains")
@pytest.mark.proves("search/missing")
@pytest.mark.proves("search/escaping")
async def test_strings(db: Database) -> None:
    await store(db, *PEOPLE)
    assert await answers(db, "Person", CASES) == dict(CASES)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("name", ""),
        ("name", " "),
        ("name", "x" * 201),
        ("name", "a b c d e f g h i j k"),
        ("name:exact", ""),
        ("name:contains", ""),
        ("name:text", "a"),
        ("name:not", "a"),
        ("name:in", "a"),
        ("name:missing", "1"),
    ],
)
@pytest.mark.proves("search/modifier-refused")
def test_what_is_refused(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Person", key, text)
