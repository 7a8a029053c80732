"""ICD-10 codes into chapters, by which the city counts."""

import pytest

from ehr.terminology.chapters import chapter_of, chapters


@pytest.mark.parametrize(
    ("code", "chapter"),
    [
        ("A00", 1),
        ("B99.9", 1),
        ("C00", 2),
        ("D48.9", 2),
        ("D50", 3),
        ("E11.9", 4),
        ("F20.0", 5),
        ("G99.8", 6),
        ("H59", 7),
        ("H60", 8),
        ("I10", 9),
        ("i10", 9),
        ("J00", 10),
        ("K93", 11),
        ("L20.9", 12),
        ("M54.5", 13),
        ("N39.0", 14),
        ("O80.9", 15),
        ("P59.9", 16),
        ("Q90", 17),
        ("R51", 18),
        ("S00", 19),
        ("T98", 19),
        ("V01", 20),
        ("Y98", 20),
        ("Z00.0", 21),
        ("U07.1", 22),
    ],
)
def test_a_code_has_its_chapter(code: str, chapter: int) -> None:
    assert chapter_of(code) == chapter


@pytest.mark.parametrize("code", [None, "", "I1", "D49", "T99", "Y99", "Ä10", "1A0", "I٠٠", "cold"])
def test_what_is_no_code_has_none(code: str | None) -> None:
    assert chapter_of(code) == 0


def test_there_are_22_in_order() -> None:
    assert [chapter.number for chapter in chapters()] == list(range(1, 23))
    for chapter in chapters():
        assert chapter_of(chapter.first) == chapter_of(chapter.last) == chapter.number
