"""The hierarchy of ICD-10, which its codes spell out (https://icd.who.int/browse10/2019/en).

A chapter ("IX") has blocks ("I10-I15"), a block categories ("I10"), a category
codes with a digit or more ("I11.9"). So what lies below a code needs no list of all codes.
"""

import re

from ehr.terminology.chapters import chapter_of, chapters

_CODE = re.compile(r"[A-Z]\d\d(?:\.\w{1,4})?", re.ASCII)
_BLOCK = re.compile(r"([A-Z]\d\d)-([A-Z]\d\d)", re.ASCII)


def category(code: str) -> str | None:
    """The category of a code: "I11.9" and "I11" → "I11"; None for what is none."""
    return code[:3] if _CODE.fullmatch(code) else None


def below(code: str) -> frozenset[str] | None:
    """The categories of a chapter, block or category; of a finer code itself; None: no ICD-10."""
    if _CODE.fullmatch(code):
        return frozenset({code})
    limits = _limits(code)
    return None if limits is None else frozenset(_categories(*limits))


def above(code: str) -> frozenset[str] | None:
    """`code`, what it is spelled from, and its chapter; None: no ICD-10."""
    if not _CODE.fullmatch(code):
        return frozenset({code}) if _limits(code) is not None else None
    found = {code[:length] for length in (3, *range(5, len(code) + 1))}
    roman = {one.roman for one in chapters() if one.number == chapter_of(code)}
    return frozenset(found | roman)


def _limits(code: str) -> tuple[str, str] | None:
    block = _BLOCK.fullmatch(code)
    if block:
        return (block[1], block[2]) if block[1] <= block[2] else None
    return next(((one.first, one.last) for one in chapters() if one.roman == code), None)


def _categories(first: str, last: str) -> list[str]:
    letters = range(ord(first[0]), ord(last[0]) + 1)
    every = (f"{chr(letter)}{number:02}" for letter in letters for number in range(100))
    return [one for one in every if first <= one <= last]
