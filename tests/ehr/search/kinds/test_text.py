"""Full text: `_text`, `_content` and the `:text` of tokens, as tables of (query, ids found)."""

import asyncio
from typing import Any

import pytest
from fixtures import callers
from fixtures.searching import (
    LOINC,
    answers,
    found,
    ids_of,
    observation,
    organizations,
    page,
    patient,
    query,
    store,
)

from ehr.db import Database
from ehr.errors import InvalidQuery, TooCostly
from ehr.search import compile
from ehr.search.extract import extract
from ehr.search.filters import filter_of

pytestmark = [
    pytest.mark.proves("search/token:text"),
    pytest.mark.proves("search/_text"),
]


def narrated(text: str) -> dict[str, Any]:
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p title="hidden">{text}</p></div>'
    return {"status": "generated", "div": div}


def concept(text: str | None = None, *displays: str) -> dict[str, Any]:
    coding = [
        {"system": LOINC, "code": f"c{number}", "display": one}
        for number, one in enumerate(displays)
    ]
    return {**({"coding": coding} if coding else {}), **({"text": text} if text else {})}


FINDINGS = [
    observation("a", text=narrated("bone and <b>liver</b> metastases"), code=concept("Scan")),
    observation("b", text=narrated("liver"), code=concept(None, "Blood pressure")),
    observation("c", code=concept("Huyết áp", "Blood pressure"), note=[{"text": "đau đầu"}]),
    observation("d", code=concept("headache, severe"), valueString="liver"),
    observation("e", code=concept("Weight"), category=[concept("pressure of work")]),
    observation("f", code=concept("x"), identifier=[{"system": "http://i", "value": "liver"}]),
]
CASES = [
    ("_text=liver", "ab"),
    ("_text=LIV", "ab"),
    ("_text=iver", ""),
    ("_text=hidden", ""),
    ("_text=bone liver", "a"),
    ("_text=bone or liver", "ab"),
    ("_text=(bone or liver) and metastases", "a"),
    ("_text=liver not bone", "b"),
    ("_text=liver -bone", "b"),
    ("_text=liver and not (bone and metastases)", "b"),
    ("_text=bone,liver", "ab"),
    ("_text=dau", ""),
    ("_content=liver", "abd"),
    ("_content=dau dau", "c"),
    ("_content=đau", "c"),
    ("_content=pressure", "bce"),
    ("_content=pressure not blood", "e"),
    ("_content=huyet or headache", "cd"),
    ("_content=liver pressure", "b"),
    ("code:text=blood", "bc"),
    ("code:text=pressure blood", "bc"),
    ("code:text=press", "bc"),
    ("code:text=ressure", ""),
    ("code:text=huyet ap", "c"),
    ("code:text=Huyết", "c"),
    ("code:text=headache", "d"),
    ("code:text=severe head", "d"),
    ("code:text=huyet blood", ""),
    ("code:text=blood,severe", "bcd"),
    ("category:text=pressure", "e"),
    ("category:text=blood", ""),
    ("combo-code:text=blood", "bc"),
    ("code:missing=true", ""),
    ("category:missing=false", "e"),
]


async def test_words(db: Database) -> None:
    await store(db, *FINDINGS)
    assert await answers(db, "Observation", CASES) == dict(CASES)


async def test_the_text_of_an_identifiers_type(db: Database) -> None:
    await organizations(db)
    typed = [{"value": "1", "type": {"text": "Hồ sơ bệnh án"}}]
    await store(db, patient("a", identifier=typed), patient("b", identifier=[{"value": "1"}]))
    assert await found(db, "Patient", "identifier:text=ho so") == {"a"}


async def test_words_that_changed_and_words_that_are_gone(db: Database) -> None:
    await store(db, observation("a", text=narrated("liver"), code=concept("Scan", "Blood")))
    await store(db, observation("a", text=narrated("bone"), code=concept("Scan", "Weight")))
    cases = [
        ("_text=liver", ""),
        ("_text=bone", "a"),
        ("code:text=blood", ""),
        ("code:text=w", "a"),
    ]
    assert await answers(db, "Observation", cases) == dict(cases)


async def test_words_of_another_ward_are_not_found(db: Database) -> None:
    await organizations(db)
    texts = {"text": narrated("liver"), "maritalStatus": concept(None, "Married")}
    await store(db, patient("a", 1, **texts), patient("c", 3, **texts))
    for asked in ("_text=liver", "_content=liver", "_content=married"):
        assert await found(db, "Patient", asked, callers.clinician(1)) == {"a"}
        assert await found(db, "Patient", asked) == {"a", "c"}
    for asked in ("_text=bone", "_text=not bone"):
        assert await found(db, "Patient", asked, callers.clinician(2)) == set()


def test_a_shared_phrase_costs_a_record_a_token() -> None:
    rows = extract(observation("a", code=concept("Huyết áp", "Blood pressure")))
    assert rows.words == ""
    assert {words for _, words in rows.phrases} == {"'ap' 'huyet'", "'blood' 'pressure'"}
    assert {token for token, _ in rows.phrases} <= set(rows.tok)


def test_identifiers_are_not_kept_in_clear() -> None:
    rows = extract(patient("a", identifier=[{"value": "099000001234"}], name=[{"text": "Lan"}]))
    assert rows.words == "'lan'"


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("_text", ""),
        ("_text", "..."),
        ("_text", "("),
        ("_text", ")"),
        ("_text", "(a"),
        ("_text", "a)"),
        ("_text", "()"),
        ("_text", "a or"),
        ("_text", "or a"),
        ("_text", "not"),
        ("_text", "a b c d e f g h i j k"),
        ("_text", "(" * 30 + "a" + ")" * 30),
        ("_text", "not " * 30 + "a"),
        ("_text:missing", "true"),
        ("_text:exact", "a"),
        ("_content", "- -"),
        ("_content:contains", "a"),
        ("code:text", ""),
        ("code:text", "!"),
        ("code:text", "a b c d e f g h i j k"),
        ("status:text", "a"),
        ("subject:text", "a"),
    ],
)
def test_what_is_refused(key: str, text: str) -> None:
    with pytest.raises(InvalidQuery):
        filter_of("Observation", key, text)


@pytest.mark.parametrize(
    "text", ["a:*", "a' | 'b", "a & b", "!a", "a <-> b", "\\", "'a'", "a:A", "%s", "a-b", '"a b"']
)
async def test_signs_of_a_tsquery_are_no_signs_here(db: Database, text: str) -> None:
    await store(db, observation("o", text=narrated("nothing")))
    for key in ("_text", "_content", "code:text"):
        try:
            asked = filter_of("Observation", key, text)
        except InvalidQuery:
            continue
        assert asked.values
        assert await found(db, "Observation", f"{key}={text.replace('&', '%26')}") == set()


def test_a_long_text_beside_a_code_stays_with_its_record() -> None:
    long = "fell at home " * 10
    rows = extract(observation("a", code=concept(long, "Injury")))
    assert {words for _, words in rows.phrases} == {"'injury'"}
    assert "fell" in rows.words


def test_a_narrative_is_what_stands_between_its_tags() -> None:
    said = narrated(
        '<p title="hidden">a > b&#160;<i>Hòa</i>&nbsp;bình</p>ΣΟΦΟΣ<br/>東京 ' + "x" * 90
    )
    assert extract(observation("o", text=said)).words.split(" ") == [
        *("'n.a'", "'n.b'", "'n.binh'", "'n.hoa'", f"'n.{'x' * 60}'", "'n.σοφος'", "'n.東京'"),
    ]


def test_words_are_read_up_to_a_limit() -> None:
    notes = [{"text": f"w{number} " + "x " * 500} for number in range(500)]
    rows = extract(observation("a", note=notes))
    assert 50 < len(rows.words.split(" ")) < 150
    many = extract(observation("a", valueString=" ".join(f"w{number}" for number in range(9000))))
    assert len(many.words.split(" ")) <= 2000


async def test_writers_who_bring_the_same_phrases_at_once_do_not_meet(committed: Database) -> None:
    names = [f"Tên {letter}" for letter in "abcdefgh"]

    async def write(number: int) -> None:
        turned = names[number % 8 :] + names[: number % 8]
        made = [observation(f"o{number}-{one[-1]}", code=concept(one, one)) for one in turned]
        await store(committed, *made)

    await asyncio.gather(*(write(number) for number in range(24)))
    assert len(await found_ids(committed, "code:text=ten")) == 24 * 8
    assert len(await found_ids(committed, "code:text=ten c")) == 24


async def found_ids(db: Database, asked: str) -> set[str]:
    return set(ids_of(await page(db, query("Observation", asked, count=1000), callers.system())))


def test_more_texts_than_can_be_looked_for_are_refused() -> None:
    with pytest.raises(TooCostly):
        compile.page(query("Observation", "_content=a,b,c,d,e,f"), callers.system())
