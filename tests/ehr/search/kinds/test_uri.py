"""Uris, above and below, as tables of (query, ids found)."""

from typing import Any

import pytest
from fixtures.searching import answers, store

from ehr.db import Database
from ehr.errors import InvalidQuery
from ehr.search.filters import filter_of

pytestmark = [
    pytest.mark.proves("search/uri"),
    pytest.mark.proves("search/uri:above"),
    pytest.mark.proves("search/uri:below"),
]


def value_set(id: str, url: str, **more: Any) -> dict[str, Any]:
    return {"resourceType": "ValueSet", "id": id, "url": url, "status": "draft", **more}


SETS = [
    value_set("a", "http://acme.org/fhir/ValueSet/123"),
    value_set("b", "http://acme.org/fhir"),
    value_set("c", "http://acme.org/fhir/ValueSet/123/part"),
    value_set("d", "http://acme.orgs/fhir"),
    value_set("e", "urn:oid:1.2.3", meta={"source": "http://lab/one", "profile": ["http://p/x|1"]}),
    value_set("f", "HTTP://acme.org/fhir"),
    value_set("g", "http://v/one", version="1.0"),
    value_set("h", "http://v/one", version="2.0"),
]
CASES = [
    ("url=http://acme.org/fhir", "b"),
    ("url=http://acme.org/fhir/", ""),
    ("url=http://acme.org/fhir,urn:oid:1.2.3", "be"),
    ("url:below=http://acme.org/fhir", "abc"),
    ("url:below=http://acme.org/fhir/", "ac"),
    ("url:below=http://acme.org", "abcd"),
    ("url:below=http://acme.org/fhir/ValueSet/123", "ac"),
    ("url:below=http://acme.org/fhir/ValueSet/12%", ""),
    ("url:below=http://nowhere,http://acme.orgs", "d"),
    ("url:above=http://acme.org/fhir/ValueSet/123/_history/5", "ab"),
    ("url:above=http://acme.org/fhir/ValueSet/123", "ab"),
    ("url:above=http://acme.org/fhir/ValueSet/1234", "b"),
    ("url:above=http://acme.org", ""),
    ("url:missing=true", ""),
    ("url=http://v/one", "gh"),
    ("url=http://v/one|1.0", "g"),
    ("url=http://v/one|2.0", "h"),
    ("url=http://v/one|3.0", ""),
    ("url=http://v/one&version=1.0", "g"),
    ("_source=http://lab/one", "e"),
    ("_source:below=http://lab", "e"),
    ("_source:above=http://lab/one/two", "e"),
    ("_profile:below=http://p", "e"),
    ("_profile=http://p/x", "e"),
    ("_source:missing=false", "e"),
]


async def test_uris(db: Database) -> None:
    await store(db, *SETS)
    assert await answers(db, "ValueSet", CASES) == dict(CASES)


async def test_a_uri_longer_than_an_index_holds(db: Database) -> None:
    long = "http://a/" + "x" * 3000
    await store(db, value_set("a", long))
    cases = [(f"url={long}", "a"), (f"url:below={long[:400]}", "a")]
    assert await answers(db, "ValueSet", cases) == dict(cases)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("url", ""),
        ("url:below", ""),
        ("url:below", "urn:oid:1.2"),
        ("url:above", "urn:oid:1.2"),
        ("url:below", "http://" + "x" * 500),
        ("url:above", "http://" + "x/" * 60),
        ("url:exact", "http://a"),
        ("url:contains", "http://a"),
    ],
)
def test_what_is_refused(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("ValueSet", key, text)
