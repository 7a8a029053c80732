"""Words anywhere: what `_text`, `_content` and a token's `:text` find, the index half.

http://hl7.org/fhir/R4/search.html#text. Two tables, docs/decisions/search-full-text.md:

- *phrases*: the texts that go with a code (display, the concept's text). Many records have the
  same, so index_phrase has each once, and a record has a token of eight bytes.
- *words*: index_text has a row for what is a record's own: `word` of its strings, `n.word` of its
  narrative, and `24.word` of a concept of parameter 24 that has a text and no code. A visit of
  the web app has few such.

Words are folded, so that "hoa" finds "Hòa". Identifiers and other values are left out: the index
has them as hashes alone.
"""

import re
from collections.abc import Collection
from functools import cache
from typing import Any

from ehr.fhir.definitions import structure, type_names
from ehr.fhir.resource import Resource
from ehr.i18n.names import words
from ehr.remembered import remembered
from ehr.search.hashing import Hasher, installed
from ehr.search.rows import Rows

MOST_WORDS = 2000
"""Different words of one resource that are indexed."""
MOST_ASKED = 10
"""Words of one query."""
MOST_READ = 20 * MOST_WORDS
"""Characters of one text whose words are read."""
LONGEST = 60
"""Letters of a word."""
MOST_CHARACTERS = 100_000
"""Characters of the narrative, tags included, and of the strings, that are read."""
_LONGEST_PHRASE = 100
"""Characters; what is longer was written for one record, not for a code."""
_BETWEEN_TAGS = re.compile(r">([^<]+)")
_ENTITY = re.compile(r"&#?\w+;")
_TEXTS = frozenset({"string", "markdown"})
_NO_TEXTS = frozenset(
    {
        *("code", "data", "expression", "id", "language", "mustSupport", "number", "path"),
        *("reference", "representation", "sequence", "source", "sourceId", "status", "type"),
        *("unit", "url", "value", "variable", "version", "versionId"),
    }
)
"""No texts, though some type has a string of the name."""


def index(resource: Resource, rows: Rows) -> None:
    """Add the words of the narrative, and of the strings that no phrase has."""
    narrative = resource.get("text")
    if type(narrative) is dict and type(narrative.get("div")) is str:
        rows.narrative.update(_cut(set(words(_said(narrative["div"])))))
    _Texts(rows.words).read(resource)


def _said(narrative: str) -> str:
    """What stands between the tags, as far as it is read; entities part words."""
    text = " ".join(_BETWEEN_TAGS.findall(narrative[:MOST_CHARACTERS]))
    return (_ENTITY.sub(" ", text) if "&" in text else text)[:MOST_READ]


def index_concept(number: int, concept: dict[str, Any], kind: str, rows: Rows) -> None:
    """Add the texts that go with a value of the token parameter `number`."""
    codings, text = _of_concept(concept, kind)
    if text and not codings:
        rows.tok.add(installed().hasher.token(number, None, None))
    own = text if not codings else None
    for one in (text, *(coding.get("display") for coding in codings)):
        if not one:
            continue
        if one is own or len(one) > _LONGEST_PHRASE:
            rows.concepts.update((number, word) for word in folded(one))
            continue
        token, lexemes = _phrase(installed().hasher, number, one)
        if lexemes:
            rows.tok.add(token)
            rows.phrases[token] = lexemes


def _of_concept(value: dict[str, Any], kind: str) -> tuple[list[dict[str, Any]], str | None]:
    if kind == "CodeableConcept":
        return value.get("coding", []), value.get("text")
    if kind == "Coding":
        return [value], None
    is_typed = kind == "Identifier" and "type" in value
    return _of_concept(value["type"], "CodeableConcept") if is_typed else ([], None)


@remembered(16_384)
def _phrase(hasher: Hasher, number: int, text: str) -> tuple[int, str]:
    """The token and the lexemes; displays come again and again."""
    lexemes = " ".join(f"'{word}'" for word in sorted(set(folded(text))))
    return hasher.token(number, "\x06phrase", lexemes), lexemes


def lexemes(rows: Rows) -> str:
    """The words of a record's own, as PostgreSQL reads a tsvector; "" for none."""
    own = rows.words - rows.narrative
    if own:
        phrases = (phrase[1:-1].split("' '") for phrase in rows.phrases.values())
        own.difference_update(*phrases)
    found = [f"{number}.{word}" for number, word in sorted(rows.concepts)]
    found += [f"n.{word}" for word in sorted(rows.narrative)]
    found += sorted(own)
    return "'" + "' '".join(found[:MOST_WORDS]) + "'" if found else ""


@remembered(16_384)
def folded(text: str) -> tuple[str, ...]:
    """The words of `text` as they are indexed and asked for."""
    return tuple(_cut(words(text[:MOST_READ])))


def _cut(found: Collection[str]) -> Collection[str]:
    """The words, those that are too long cut off."""
    if found and max(map(len, found)) > LONGEST:
        return [word[:LONGEST] for word in found]
    return found


class _Texts:
    """The words of every string and markdown below an object, while there is room and time."""

    __slots__ = ("_left", "_names", "found")

    def __init__(self, found: set[str]) -> None:
        self.found = found
        self._names = _names()
        self._left = MOST_CHARACTERS

    def read(self, value: dict[str, Any]) -> None:
        for name, content in value.items():
            kind = type(content)
            if kind is str:
                if name in self._names:
                    self._add(content)
            elif kind is dict:
                self.read(content)
            elif kind is list:
                for one in content:
                    if type(one) is dict:
                        self.read(one)
                    elif name in self._names and type(one) is str:
                        self._add(one)

    def _add(self, text: str) -> None:
        if self._left > 0 and len(self.found) < MOST_WORDS:
            self._left -= len(text)
            self.found.update(folded(text))


@cache
def _names() -> frozenset[str]:
    """JSON properties that hold a string or markdown in some type."""
    elements = (
        pair
        for kind in type_names()
        for part in structure(kind).parts.values()
        for pair in part.elements.items()
    )
    found = {
        spelled
        for name, element in elements
        for spelled, kind in element.names(name).items()
        if kind in _TEXTS
    }
    return frozenset(found - _NO_TEXTS)
