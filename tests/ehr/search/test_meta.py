"""What every resource is found by: when it changed, and what its `meta` says."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import answers, found, observation, organizations, patient, store

from ehr import clock
from ehr.access import Label
from ehr.db import Database
from ehr.errors import EhrError, InvalidQuery
from ehr.fhir.dates import bounds
from ehr.search.filters import filter_of

CHANGED = {
    "a": "2026-03-31T17:00:00.000Z",  # the first of April begins in Hanoi
    "b": "2026-04-01T01:30:00.250Z",
    "c": "2026-04-01T16:59:59.999Z",  # it ends
    "d": "2026-04-02T00:00:00.000Z",
    "e": "2026-05-01T00:00:00.000Z",
}
NOW = "2026-06-01T00:00:00Z"
BY_CHANGE = [
    ("2026-04-01", "abc"),
    ("2026-04", "abcd"),
    ("2026", "abcde"),
    ("eq2026-04-01", "abc"),
    ("2026-04-01T08:30", "b"),
    ("2026-04-01T08:30:00.250+07:00", "b"),
    ("2026-04-01T01:30:00Z", "b"),
    ("2026-04-01T01:30:00.251Z", ""),
    ("2027", ""),
    ("ne2026-04-01", "de"),
    ("ne2026", ""),
    ("gt2026-04-01", "de"),
    ("gt2026-04-01T01:30:00Z", "cde"),
    ("gt2026-05-01T00:00:00.000Z", ""),
    ("ge2026-04-01", "abcde"),
    ("ge2026-04-01T01:30:00.250Z", "bcde"),
    ("ge2026-04-01T01:30:00.251Z", "cde"),
    ("ge2026", "abcde"),
    ("lt2026-04-01", ""),
    ("lt2026-04-02", "abc"),
    ("lt2026-04-01T01:30:00.250Z", "a"),
    ("le2026-04-01", "abc"),
    ("le2026-04-01T01:30:00.250Z", "ab"),
    ("le2026-03", ""),
    ("sa2026-04-01", "de"),
    ("sa2026-04", "e"),
    ("eb2026-04-02", "abc"),
    ("eb2026-04", ""),
    ("ap2026-04-01", "abcd"),
    ("ap2026-05-31", ""),
    ("2026-04-02,2026-05-01", "de"),
    ("lt2026-04-01T01:00:00Z,gt2026-05", "a"),
]


@pytest.fixture
async def changed(db: Database) -> AsyncIterator[Database]:
    """A resource that was last changed at each of these instants; one was there before."""
    await organizations(db)
    clock.freeze(bounds("2025-01-01")[0])
    await store(db, observation("c"))
    for id, at in CHANGED.items():
        clock.freeze(bounds(at)[0])
        await store(db, observation(id, note=[{"text": "changed"}]))
    clock.freeze(bounds(NOW)[0])
    yield db
    clock.freeze(None)


@pytest.mark.proves("search/_lastUpdated")
async def test_last_updated_by_each_prefix(changed: Database) -> None:
    cases = [(f"_lastUpdated={value}", ids) for value, ids in BY_CHANGE]
    cases += [
        ("_lastUpdated=ge2026-04-01&_lastUpdated=lt2026-04-02", "abc"),
        ("_lastUpdated:missing=false", "abcde"),
        ("_lastUpdated:missing=true", ""),
    ]
    assert await answers(changed, "Observation", cases) == dict(cases)


@pytest.mark.proves("search/_lastUpdated")
@pytest.mark.parametrize(
    "asked",
    [
        "=", "=never", "=2026-13", "=2026-02-30", "=ge", "=zz2026", "=gtgt2026", "=2026-04-01T",
        "=2026-04-01T25:00", "=2026-04-01T08", "=2020-01-01T00:00:00+25:00", "=2026,", "=,2026",
        "=20260401", "=-2026", "=10000-01-01", "=2026-4-1", "=1743465600", ":exact=2026",
        ":contains=2026", ":not=2026", ":text=2026", ":above=2026", ":below=2026", ":in=http://x",
        ":of-type=a|b|c", ":identifier=a", ":nonsense=2026", ":=2026", ":missing=maybe",
        ":missing=", ":Patient=2026",
    ],
)  # fmt: skip
def test_last_updated_refuses(asked: str) -> None:
    modifier, _, value = asked.partition("=")
    with pytest.raises(InvalidQuery, match="_lastUpdated"):
        filter_of("Observation", f"_lastUpdated{modifier}", value)


def meta(id: str, **said: Any) -> dict[str, Any]:
    return observation(id, meta=said) if said else observation(id)


CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
SAID = [
    meta("a", tag=[{"system": "http://t", "code": "x", "display": "First tag"}]),
    meta("b", tag=[{"code": "x"}, {"system": "http://t", "code": "y"}]),
    meta("c", profile=["http://p/one|2.1.0", "http://p/two"]),
    meta("d", profile=["http://p/one/more"]),
    meta("e", source="http://lab/one/two"),
    meta("f", source="urn:uuid:c757873d-ec9a-4326-a141-556f43239520"),
    meta("g", security=[{"system": CONFIDENTIALITY, "code": "N"}]),
    meta("h", security=[{"system": CONFIDENTIALITY, "code": "R"}]),
    meta("i"),
]
BY_META = [
    ("_tag=http://t|x", "a"),
    ("_tag=x", "ab"),
    ("_tag=|x", "b"),
    ("_tag=http://t|", "ab"),
    ("_tag=X", ""),
    ("_tag=http://t|z", ""),
    ("_tag=http://t|x,http://t|y", "ab"),
    ("_tag=x&_tag=y", "b"),
    ("_tag:not=x", "cdefghi"),
    ("_tag:not=http://t|x,http://t|y", "cdefghi"),
    ("_tag:text=first", "a"),
    ("_tag:missing=true", "cdefghi"),
    ("_tag:missing=false", "ab"),
    ("_profile=http://p/one", "c"),
    ("_profile=http://p/one|2.1.0", "c"),
    ("_profile=http://p/one|2", ""),
    ("_profile=http://p/two", "c"),
    ("_profile=http://P/two", ""),
    ("_profile=http://p/two,http://p/one/more", "cd"),
    ("_profile:below=http://p/one", "cd"),
    ("_profile:above=http://p/one/more", "cd"),
    ("_profile:missing=true", "abefghi"),
    ("_profile:missing=false", "cd"),
    ("_source=http://lab/one/two", "e"),
    ("_source=http://lab/one", ""),
    ("_source=http://LAB/one/two", ""),
    ("_source=urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "f"),
    ("_source=http://lab/one/two,urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "ef"),
    ("_source:below=http://lab", "e"),
    ("_source:above=http://lab/one/two/three", "e"),
    ("_source:missing=true", "abcdghi"),
    ("_source:missing=false", "ef"),
    (f"_security={CONFIDENTIALITY}|N", "g"),
    ("_security=N,R", "gh"),
    ("_security=R", "h"),
    ("_security:not=R", "abcdefgi"),
    ("_security:missing=true", "abcdefi"),
    ("_security:missing=false", "gh"),
]


@pytest.fixture
async def said(db: Database) -> Database:
    """Findings of one resident, each with a `meta` of its own."""
    await organizations(db)
    await store(db, patient("p"))
    subject = {"reference": "Patient/p"}
    await store(db, *({**one, "subject": subject} for one in SAID))
    return db


@pytest.mark.proves("search/_tag")
async def test_what_meta_says_is_found(said: Database) -> None:
    assert await answers(said, "Observation", BY_META) == dict(BY_META)


@pytest.mark.proves("search/_tag")
async def test_what_meta_says_is_found_by_whom_it_is_for(said: Database) -> None:
    """A label that the caller lacks hides the record from the question what labels there are."""
    clinician = callers.clinician(1)
    trusted = replace(clinician, labels=clinician.labels | Label.RESTRICTED)
    for asked, ids in (("_security=R", "h"), ("_security:not=N", "abcdefhi"), ("_tag=x", "ab")):
        assert await found(said, "Observation", asked, trusted) == set(ids)
        assert await found(said, "Observation", asked, clinician) == set(ids) - {"h"}
        assert await found(said, "Observation", asked, callers.clinician(2)) == set()


@pytest.mark.proves("search/_tag")
@pytest.mark.parametrize(
    "asked",
    [
        "_tag=", "_tag=|", "_tag:exact=a", "_tag:contains=a", "_tag:Patient=a",
        "_tag:identifier=a", "_tag:nonsense=a", "_tag:missing=maybe", "_tag:in=", "_tag:text=",
        "_security=", "_security:exact=a", "_security:nonsense=a", "_security:missing=1",
        "_profile=", "_profile:exact=http://p", "_profile:not=http://p", "_profile:below=a",
        "_profile:above=a", "_profile:text=a", "_profile:missing=no",
        "_source=", "_source:contains=lab", "_source:not=http://lab", "_source:below=lab",
        "_source:above=urn:x", "_source:text=lab", "_source:missing=",
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(asked: str) -> None:
    key, _, value = asked.partition("=")
    with pytest.raises(EhrError, match=key.partition(":")[0]):
        filter_of("Observation", key, value)
