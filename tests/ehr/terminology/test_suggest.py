"""What staff type, and what they mean by it."""

import pytest

from ehr.i18n.names import words
from ehr.terminology import suggest
from ehr.terminology.suggest import suggest_diagnoses, suggest_drugs


def codes(text: str, favourites: tuple[str, ...] = ()) -> list[str]:
    return [one.code for one in suggest_diagnoses(text, favourites)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("I10", "I10"),
        ("i10", "I10"),
        ("e11.9", "E11.9"),
        ("e119", "E11.9"),
        ("tăng huyết áp vô căn", "I10"),
        ("tang huyet ap vo", "I10"),
        ("cao huyet ap", "I10"),
        ("TĂNG HUYẾT ÁP NGUYÊN PHÁT", "I10"),
        ("THA", "I10"),
        ("hen phe quan", "J45.9"),
        ("cho can", "W54"),
        ("asthma", "J45.9"),
        ("Ghẻ", "B86"),
    ],
)
def test_the_first_suggestion_is_what_was_meant(text: str, first: str) -> None:
    assert codes(text)[0] == first


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("tha", "I10"),
        ("dtd", "E11.9"),
        ("đtđ", "E11.9"),
        ("huyet ap tang", "I10"),
        ("viem hong", "J02.9"),
        ("ngủ mất", "G47.0"),
        ("copd", "J44.9"),
        ("tieu duong", "E11.9"),
        ("kham thai", "Z34.9"),
        ("hypertension", "I10"),
        ("j2", "J20.9"),
    ],
)
def test_what_was_meant_is_among_the_suggestions(text: str, among: str) -> None:
    assert among in codes(text)


def test_words_match_in_any_order_and_all_of_them() -> None:
    assert set(codes("cap hong viem")) == set(codes("viem hong cap"))
    assert codes("viem hong xyz") == []


def test_favourites_come_first_in_their_order() -> None:
    assert codes("viem", ("J20.9", "J02.9"))[:2] == ["J20.9", "J02.9"]
    assert codes("", ("E11.9", "I10")) == ["E11.9", "I10"]
    assert codes("") == []


def test_a_code_with_finer_ones_is_found_by_code_only_and_last() -> None:
    found = suggest_diagnoses("a09")
    assert [one.code for one in found] == ["A09.0", "A09.9", "A09"]
    assert found[-1].unusable
    assert not any(one.unusable for one in suggest_diagnoses("viem", limit=1000))


def test_drugs_are_found_by_name_and_strength() -> None:
    assert suggest_drugs("para 500")[0].label == "Paracetamol 500 mg"
    assert suggest_drugs("amlo 5")[0].label == "Amlodipin 5 mg"
    assert {one.group for one in suggest_drugs("tim mach")} == {"tim mạch"}


@pytest.mark.parametrize("text", ["%", "'; drop table", "\\", "x" * 10_000, "\x00"])
def test_nonsense_finds_nothing(text: str) -> None:
    assert codes(text) == []


@pytest.mark.parametrize("text", ["v", "viem hong", "tha", "i1", "tang huyet ap"])
def test_a_suggestion_folds_nothing_but_what_was_typed(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    """The list itself was folded once: to fold it at every key would take hundreds of times."""
    suggest_diagnoses("v")
    folded: list[str] = []

    def counted(each: str) -> list[str]:
        folded.append(each)
        return words(each)

    monkeypatch.setattr(suggest, "words", counted)
    assert suggest_diagnoses(text, ("I10", "E11.9", "J00"))
    assert folded == [text]
