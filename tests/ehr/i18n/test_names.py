"""The folding, splitting and ordering of names, by the vectors that the web app shares."""

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ehr.i18n import names

VECTORS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "fixtures" / "fold.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("text", "folded"), VECTORS["fold"])
def test_fold(text: str, folded: str) -> None:
    assert names.fold(text) == folded


@given(st.text())
def test_fold_does_not_depend_on_the_normal_form(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert names.fold(composed) == names.fold(unicodedata.normalize("NFD", composed))


@pytest.mark.parametrize(("text", "words"), VECTORS["words"])
def test_words(text: str, words: list[str]) -> None:
    assert names.words(text) == words


@pytest.mark.parametrize(("word", "twin"), VECTORS["alike"])
def test_y_and_i_are_alike(word: str, twin: str) -> None:
    assert names.alike(word) == twin


@pytest.mark.parametrize(("text", "words"), VECTORS["indexWords"])
def test_index_words(text: str, words: list[str]) -> None:
    assert names.index_words(text) == words


@pytest.mark.parametrize(("name", "family", "middle", "last"), VECTORS["parts"])
def test_parts(name: str, family: str, middle: list[str], last: str) -> None:
    assert names.parts(name) == names.NameParts(family, tuple(middle), last)


def test_the_order_of_a_register() -> None:
    unsorted, in_order = VECTORS["sorted"]
    assert sorted(unsorted, key=names.sort_key) == in_order


@pytest.mark.parametrize(
    "name", ["Trần k\u0300", "\u0301", "Lê \u0958", "a\u0301\u0300\u0323", "\u0344"]
)
def test_any_text_has_a_place_in_the_register(name: str) -> None:
    """A mark that stands alone is no letter; some characters come apart and stay so."""
    assert names.sort_key(name) == names.sort_key(name)


MARKS = st.text(st.sampled_from("a\u0301\u0323\u0316\u05b0\u0e38 ế"), max_size=200)


@given(MARKS)
def test_no_marks_are_too_many_to_be_left_out(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).lower())
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    assert names.fold(text) == " ".join(bare.split())


def test_a_letter_with_a_million_marks_takes_no_longer_than_a_million_letters() -> None:
    """Putting marks in order takes the square of their number: this would not end today."""
    name = "Nguyễn Thị Hoa" + "\u0301\u0316" * 500_000
    assert names.fold(name) == "nguyen thi hoa"
    assert names.words(name) == ["nguyen", "thi", "hoa"]
    assert names.parts(name).family == "Nguyễn"
    assert len(names.composed(name)) < 50
    assert names.sort_key(name)
