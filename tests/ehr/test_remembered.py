"""What is kept in memory for texts that come again, and that long ones are not."""

import contextlib
import tracemalloc
from collections.abc import Callable

import pytest

from ehr import remembered
from ehr.errors import EhrError
from ehr.fhir import dates, reference, ucum
from ehr.fhir.fhirpath import syntax
from ehr.ingest import labels
from ehr.records import vocabulary
from ehr.search import full_text, hashing
from ehr.search.hashing import Hasher
from ehr.search.kinds import string, token
from ehr.terminology import membership, shipped
from fhir_api.operations import expand
from fhir_api.wire import content, preconditions

HASHER = Hasher(b"k" * 32)


def counted(most: int) -> tuple[Callable[[str], int], list[str]]:
    asked: list[str] = []

    @remembered.remembered(most)
    def length(text: str) -> int:
        asked.append(text)
        if text == "bad":
            raise ValueError(text)
        return len(text)

    return length, asked


def test_what_comes_again_is_not_worked_out_again() -> None:
    length, asked = counted(10)
    assert [length("a"), length("a"), length("ab")] == [1, 1, 2]
    assert asked == ["a", "ab"]


def test_a_long_text_is_worked_out_each_time() -> None:
    length, asked = counted(10)
    kept, long = "x" * remembered.LONGEST, "x" * (remembered.LONGEST + 1)
    assert [length(kept), length(kept), length(long), length(long)] == [256, 256, 257, 257]
    assert asked == [kept, long, long]


def test_any_of_several_arguments_may_be_too_long() -> None:
    asked = []

    @remembered.remembered(10)
    def joined(number: int, one: str | None, other: bytes) -> str:
        asked.append(number)
        return f"{one}{other!r}"

    for given in ((1, "a", b"b"), (2, "a" * 300, b"b"), (3, None, b"b" * 300), (4, None, b"")):
        assert joined(*given) == joined(*given)
    assert asked == [1, 2, 2, 3, 3, 4]


def test_what_fails_is_not_kept() -> None:
    length, asked = counted(10)
    for _ in range(2):
        with pytest.raises(ValueError, match="bad"):
            length("bad")
    assert asked == ["bad", "bad"]


def test_there_are_never_more_than_the_most() -> None:
    length, asked = counted(3)
    for text in ("1", "2", "3", "4", "4", "1"):
        length(text)
    assert asked == ["1", "2", "3", "4", "1"]


FILLED: dict[str, Callable[[str], object]] = {
    "token": lambda text: HASHER.token(1, text, text),
    "own": HASHER.own,
    "tokens": lambda text: token._tokens(HASHER, 1, "s", text),
    "terms": string._terms,
    "phrase": lambda text: full_text._phrase(HASHER, 1, text),
    "folded": full_text.folded,
    "label": lambda text: labels._label_of("s", text),
    "unit": ucum.unit,
    "tags": lambda text: preconditions.tags(f'"{text}"'.encode()),
    "prefer": lambda text: preconditions.prefer(text.encode()),
    "accepted": lambda text: content._accepted(f"*/*,{text}".encode()),
    "content type": lambda text: content._is_json(text.encode()),
    "reference": reference.parse_reference,
    "date": lambda text: dates.bounds(f"2020-01-01T00:00:00.{text}Z"),
    "path": lambda text: syntax.parse(f"'{text}'"),
    "concept": expand._folded,
    "code system": shipped.code_system,
    "value set": membership._shipped,
    "named": lambda text: vocabulary._named_by_shipped("ValueSet", f"{text}?fhir_vs"),
}


@pytest.mark.parametrize("name", FILLED)
def test_nobody_fills_the_memory(name: str) -> None:
    hashing.install(b"k" * 32)

    def ask(number: int) -> None:
        with contextlib.suppress(EhrError):
            FILLED[name](f"{number:06}" + "1" * 20_000)

    ask(0)  # whatever is built once
    tracemalloc.start()
    try:
        for number in range(1, 101):
            ask(number)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 500_000
