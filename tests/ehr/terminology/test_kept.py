"""Code systems that are made once: the same as made anew, known by their content, and bounded."""

from typing import Any

import pytest

from ehr.fhir.resource import dump, parse
from ehr.terminology.concepts import code_system_of
from ehr.terminology.kept import Kept
from ehr.terminology.library import Library


def content(count: int, **more: Any) -> bytes:
    concepts = [{"code": f"c{n}", "display": f"Name {n}"} for n in range(count)]
    concepts[0] |= {"property": [{"code": "child", "valueCode": "c1"}]}
    return dump({"resourceType": "CodeSystem", "url": "urn:x", "concept": concepts, **more})


LARGE = content(1000)


@pytest.mark.parametrize("text", [LARGE, content(2)], ids=["large", "small"])
def test_it_is_what_is_made_anew(text: bytes) -> None:
    head, system = Kept().of(text)
    made = code_system_of(parse(text))
    assert (system.concepts, system.parents, system.url) == (made.concepts, made.parents, made.url)
    assert head == {"resourceType": "CodeSystem", "url": "urn:x"}


def test_a_large_one_is_made_once_and_a_changed_one_anew() -> None:
    kept = Kept()
    assert kept.of(LARGE) is not None
    assert kept.of(bytes(bytearray(LARGE)))[1] is kept.of(LARGE)[1]
    other = content(1000, version="2")
    assert kept.of(other)[1].version == "2"
    assert kept.of(LARGE)[1].version is None
    assert len(kept) == 2
    kept.of(content(2))
    assert len(kept) == 2


def test_what_was_asked_last_stays() -> None:
    texts = [content(1000, version=str(n)) for n in range(4)]
    kept = Kept(most=3 * len(texts[0]))
    first = kept.of(texts[0])[1]
    for text in texts[1:3]:
        kept.of(text)
    assert kept.of(texts[0])[1] is first
    kept.of(texts[3])
    assert (len(kept), kept.size <= kept.most) == (3, True)
    assert kept.of(texts[0])[1] is first


def test_one_that_is_too_large_is_made_and_not_kept() -> None:
    kept = Kept(most=len(LARGE) - 1)
    assert len(kept.of(LARGE)[1].concepts) == 1000
    assert (len(kept), kept.size) == (0, 0)


def test_a_library_takes_what_is_made() -> None:
    head, system = Kept().of(LARGE)
    library = Library({("CodeSystem", "urn:x"): head}, made={id(head): (head, system)})
    assert library.code_system("urn:x") is system
