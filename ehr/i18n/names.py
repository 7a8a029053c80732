"""Vietnamese names: folding for search, parts, and the order of a register.

`fold` is the one function behind every index and every query on names;
`web/src/i18n/fold.ts` is its twin and `tests/fixtures/fold.json` holds the vectors both must
pass. Letters and their marks: https://www.unicode.org/reports/tr15/ (normalisation forms).
"""

import re
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache

_WORD = re.compile(r"[^\W_]+")
_ASCII_WORD = re.compile(r"[a-z0-9]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_LATIN_MARK = re.compile("[\u0300-\u034e\u0350-\u036f]+")
"""The marks of this block, all of them; what stands between is none."""

_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
"""Huyền, hỏi, ngã, sắc, nặng: the order of Vietnamese dictionaries, after the bare letter."""

_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_ALPHABET, start=1)}

_MOST_MARKS = 30
"""Marks on one letter that count; no language needs more."""
_SHORT = 64
"""Characters that are put in order in no time, whatever they are."""

SortKey = tuple[tuple[int, ...], tuple[int, ...]]


def fold(text: str) -> str:
    """`text` in small letters without marks: "Nguyễn Thị HOÀ" → "nguyen thi hoa".

    Lower-casing comes before `đ` → `d`, which no normalisation form does, or `Đ` would survive.
    """
    return " ".join(_bare(text).split())


def _bare(text: str) -> str:
    """`text` in small letters without marks, white space as it was."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", composed(text).lower())
    bare = _LATIN_MARK.sub("", decomposed).replace("đ", "d")
    # Nearly all that is written here is ASCII by now; other scripts have marks of their own.
    return bare if bare.isascii() else _NOT_ASCII.sub(_without_marks, bare)


def composed(text: str) -> str:
    """`text` in normal form C, in a time that grows with its length alone.

    Marks behind one letter are put in order, each compared with those before it: thousands of them
    would take minutes. https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format.
    """
    if len(text) > _SHORT:
        text = _runs().sub(lambda run: run[0][:_MOST_MARKS], text)
    return unicodedata.normalize("NFC", text)


@cache
def _runs() -> re.Pattern[str]:
    """More marks behind each other than count."""
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"[{marks}]{{{_MOST_MARKS + 1},}}")


def _without_marks(found: re.Match[str]) -> str:
    return "".join(char for char in found[0] if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """The folded words of `text` in their order; punctuation separates and is dropped."""
    bare = _bare(text)
    return (_ASCII_WORD if bare.isascii() else _WORD).findall(bare)


def alike(word: str) -> str:
    """The spelling that a folded word shares with its y/i twin: "ly" and "li" → "li"."""
    return word.replace("y", "i")


def index_words(text: str) -> list[str]:
    """What an index stores for `text`: each folded word, and its y/i twin where that differs."""
    return list(dict.fromkeys(form for word in words(text) for form in (word, alike(word))))


@dataclass(frozen=True, slots=True)
class NameParts:
    """Họ (family), đệm (middle, maybe several) and tên (given) as typed, never reordered."""

    family: str
    middle: tuple[str, ...]
    given: str


_FAMILY_PAIRS = frozenset(
    {"âu dương", "tôn nữ", "tôn thất", "công tằng", "công huyền", "hoàng phủ", "tư mã"}
)
"""Family names of two words; a fuller list would guess wrong more often than it helps."""


def parts(name: str) -> NameParts:
    """`name` split into họ, đệm and tên; a single word is the tên, without a family name."""
    tokens = composed(name).split()
    if len(tokens) < 2:
        return NameParts("", (), tokens[0] if tokens else "")
    size = 2 if len(tokens) > 2 and " ".join(tokens[:2]).lower() in _FAMILY_PAIRS else 1
    return NameParts(" ".join(tokens[:size]), tuple(tokens[size:-1]), tokens[-1])


def sort_key(name: str) -> tuple[SortKey, ...]:
    """A key that orders people as a Vietnamese register does: by tên, then họ, then đệm."""
    split = parts(name)
    return tuple(_collate(word) for word in (split.given, split.family, *split.middle))


def _collate(word: str) -> SortKey:
    """Letters first (a < ă < â … d < đ), then tones: "Hoa" < "Hòa" < "Hỏa" < "Hóa" < "Hoan"."""
    letters: list[int] = []
    tone = 0
    for char in composed(word).lower():
        base, mark = _untone(char)
        # A mark that stands alone leaves no letter, and some characters decompose into two.
        letters += [_RANK.get(letter, len(_RANK) + ord(letter)) for letter in base]
        tone = tone or mark
    return tuple(letters), (tone,)


def _untone(char: str) -> tuple[str, int]:
    """A letter without its tone mark, and the tone: "ế" → ("ê", 4)."""
    decomposed = unicodedata.normalize("NFD", char)
    tone = next((_TONES[mark] for mark in decomposed if mark in _TONES), 0)
    bare = "".join(mark for mark in decomposed if mark not in _TONES)
    return unicodedata.normalize("NFC", bare), tone
