"""The chapters of ICD-10, by which the city counts (https://icd.who.int/browse10/2019/en).

A chapter is its number, 1 to 22; 0 is "none or unknown".
"""

from bisect import bisect_right
from functools import cache

import msgspec

from ehr.terminology.lookup import read

UNKNOWN = 0


class Chapter(msgspec.Struct, frozen=True):
    """`first` and `last` are three-character codes, both of the chapter."""

    number: int
    roman: str
    first: str
    last: str
    vi: str
    en: str


@cache
def chapters() -> tuple[Chapter, ...]:
    """All 22, in order of their number."""
    return read("chapters", Chapter)


@cache
def _ranges() -> tuple[tuple[str, ...], tuple[Chapter, ...]]:
    ordered = tuple(sorted(chapters(), key=lambda chapter: chapter.first))
    return tuple(chapter.first for chapter in ordered), ordered


def chapter_of(code: str | None) -> int:
    """The chapter of an ICD-10 code ("I10" → 9, "E11.9" → 4); 0 for None and what is no code."""
    category = (code or "")[:3].upper()
    if len(category) < 3 or not (category[0].isalpha() and category[1:].isdecimal()):
        return UNKNOWN
    firsts, ordered = _ranges()
    at = bisect_right(firsts, category) - 1
    return ordered[at].number if at >= 0 and category <= ordered[at].last else UNKNOWN
