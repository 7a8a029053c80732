"""Typeahead over the ward's lists: a code's beginning, or words in any order, without marks.

"tang hu", "huyet ap", "tha" (initials), "cao huyet ap" (a synonym), "i10" and "e119" find what
they should; the ward's favourites come first.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Generic, TypeVar

from ehr.i18n.names import alike, index_words, words
from ehr.terminology.lookup import Diagnosis, Drug, diagnoses, drugs

Item = TypeVar("Item")

LIMIT = 10
_FEWEST_INITIALS = 2


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Item]):
    """What can be found: by its code (folded, without dots) and the words of its texts."""

    item: Item
    code: str
    """The code as it is stored, by which favourites name it."""
    title: tuple[str, ...]
    """Folded words of the title, in order: matches at its beginning rank higher."""
    words: frozenset[str]
    blocked: bool = False
    """Found by its code only, after the others: to be explained, not chosen."""

    @property
    def key(self) -> str:
        """The code as one types it: "E11.9" → "e119"."""
        return "".join(words(self.code))

    @property
    def initials(self) -> str:
        """First letters of the title: "tăng huyết áp" → "tha"."""
        return "".join(word[0] for word in self.title)


class Typeahead(Generic[Item]):
    """An index of candidates, made once; `suggest` takes well under a millisecond."""

    def __init__(self, candidates: Iterable[Candidate[Item]]) -> None:
        self._candidates = tuple(candidates)
        self._keys = tuple(candidate.key for candidate in self._candidates)
        self._initials = tuple(candidate.initials for candidate in self._candidates)
        postings: dict[str, set[int]] = defaultdict(set)
        for at, candidate in enumerate(self._candidates):
            for word in candidate.words:
                postings[word].add(at)
        self._postings = dict(postings)
        self._vocabulary = sorted(postings)

    def suggest(self, text: str, favourites: Sequence[str] = (), limit: int = LIMIT) -> list[Item]:
        """At most `limit` items for what was typed; favourites alone for an empty text."""
        typed = words(text)
        liked = {code: at for at, code in enumerate(favourites)}
        found = self._found(typed) if typed else self._favourites(liked)
        ordered = sorted(found, key=lambda at: self._rank(at, typed, liked))
        return [self._candidates[at].item for at in ordered[:limit]]

    def _favourites(self, liked: dict[str, int]) -> set[int]:
        return {at for at, one in enumerate(self._candidates) if one.code in liked}

    def _found(self, typed: list[str]) -> set[int]:
        code = "".join(typed)
        by_code = {at for at, key in enumerate(self._keys) if key.startswith(code)}
        by_words = reduce(set.intersection, (self._containing(word) for word in typed))
        if len(typed) == 1 and len(code) >= _FEWEST_INITIALS:
            by_words |= {
                at for at, letters in enumerate(self._initials) if letters.startswith(code)
            }
        return by_code | {at for at in by_words if not self._candidates[at].blocked}

    def _containing(self, word: str) -> set[int]:
        return self._beginning(word) | self._beginning(alike(word))

    def _beginning(self, prefix: str) -> set[int]:
        found: set[int] = set()
        for at in range(bisect_left(self._vocabulary, prefix), len(self._vocabulary)):
            word = self._vocabulary[at]
            if not word.startswith(prefix):
                break
            found |= self._postings[word]
        return found

    def _rank(self, at: int, typed: list[str], liked: dict[str, int]) -> tuple[int | str, ...]:
        candidate = self._candidates[at]
        text = " ".join(candidate.title)
        return (
            candidate.blocked,
            self._keys[at] != "".join(typed),
            liked.get(candidate.code, len(liked)),
            sum(word not in candidate.words for word in typed),
            not text.startswith(" ".join(typed)),
            sum(word not in candidate.title for word in typed),
            len(candidate.title),
            candidate.code,
        )


@cache
def _diagnoses() -> Typeahead[Diagnosis]:
    return Typeahead(
        Candidate(
            item=one,
            code=one.code,
            title=tuple(words(one.vi)),
            words=frozenset(index_words(f"{one.vi} {one.en} {one.also}")),
            blocked=one.unusable,
        )
        for one in diagnoses().values()
    )


@cache
def _drugs() -> Typeahead[Drug]:
    return Typeahead(
        Candidate(
            item=one,
            code=one.code,
            title=tuple(words(one.label)),
            words=frozenset(index_words(f"{one.label} {one.form} {one.group}")),
        )
        for one in drugs().values()
    )


def suggest_diagnoses(
    text: str, favourites: Sequence[str] = (), limit: int = LIMIT
) -> list[Diagnosis]:
    """Diagnoses for what was typed; an `unusable` one only by its code, last, to be explained."""
    return _diagnoses().suggest(text, favourites, limit)


def suggest_drugs(text: str, favourites: Sequence[str] = (), limit: int = LIMIT) -> list[Drug]:
    """Drugs for what was typed: "para 500", "ha huyet ap", "amlodipin"."""
    return _drugs().suggest(text, favourites, limit)
