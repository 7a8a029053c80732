"""What `_text` and `_content` ask: words with and, or, not and parentheses, each a beginning.

    query  = group ("or" group)*
    group  = item (["and"] item)*
    item   = "not" item | "-" item | "(" query ")" | word

`(bone or liver) and metastases`, http://hl7.org/fhir/R4/search.html#text. Quotation marks and other
signs separate words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from ehr.errors import InvalidQuery
from ehr.search.full_text import MOST_ASKED, folded
from ehr.search.sql import Sql, either, every, negated

_TOKEN = re.compile(r"[()]|(?<!\w)-(?=[\w(])|[^\s()]+")
_DEEPEST = 10


@dataclass(frozen=True, slots=True)
class Word:
    """A word begins so."""

    word: str


@dataclass(frozen=True, slots=True)
class Group:
    """All of `parts`, or any of them."""

    parts: tuple["TextQuery", ...]
    any: bool = False


@dataclass(frozen=True, slots=True)
class Without:
    """Not `part`."""

    part: "TextQuery"


TextQuery = Word | Group | Without


def condition(query: TextQuery, has: Callable[[str], Sql]) -> Sql:
    """The query as a condition, `has` being that of one word."""
    if isinstance(query, Word):
        return has(query.word)
    if isinstance(query, Without):
        return negated(condition(query.part, has))
    parts = [condition(part, has) for part in query.parts]
    return either(parts) if query.any else every(parts)


def parsed(code: str, text: str) -> TextQuery:
    """The query that `text` spells; raises InvalidQuery."""
    reader = _Reader(code, _TOKEN.findall(text))
    query = reader.query(0)
    if reader.tokens:
        raise InvalidQuery(f"{code}: a parenthesis is closed that was not opened.")
    if not 0 < reader.words <= MOST_ASKED:
        raise InvalidQuery(f"{code} needs a word to look for, and at most {MOST_ASKED}.")
    return query


class _Reader:
    """The words and signs, taken from the front."""

    def __init__(self, code: str, tokens: list[str]) -> None:
        self.code = code
        self.tokens = tokens
        self.words = 0

    def _is_next(self, *words: str) -> bool:
        return bool(self.tokens) and self.tokens[0].lower() in words

    def query(self, depth: int) -> TextQuery:
        if depth > _DEEPEST:
            raise InvalidQuery(f"{self.code}: at most {_DEEPEST} parentheses deep.")
        groups = [self._group(depth)]
        while self._is_next("or"):
            self.tokens.pop(0)
            groups.append(self._group(depth))
        return groups[0] if len(groups) == 1 else Group(tuple(groups), any=True)

    def _group(self, depth: int) -> TextQuery:
        items: list[TextQuery] = []
        while self.tokens and not self._is_next("or", ")"):
            if self._is_next("and"):
                self.tokens.pop(0)
                continue
            items += self._item(depth)
        if not items:
            raise InvalidQuery(f"{self.code}: a word is missing.")
        return items[0] if len(items) == 1 else Group(tuple(items))

    def _item(self, depth: int) -> list[TextQuery]:
        sign = self.tokens.pop(0)
        if sign == "(":
            found = self.query(depth + 1)
            if not self._is_next(")"):
                raise InvalidQuery(f"{self.code}: a parenthesis is not closed.")
            self.tokens.pop(0)
            return [found]
        if sign.lower() in ("not", "-"):
            if not self.tokens or self._is_next(")", "or", "and"):
                raise InvalidQuery(f"{self.code}: a word is missing.")
            if depth >= _DEEPEST:
                raise InvalidQuery(f"{self.code}: at most {_DEEPEST} negations deep.")
            rest = self._item(depth + 1)
            if not rest:
                raise InvalidQuery(f"{self.code}: a word is missing.")
            return [Without(Group(tuple(rest)))]
        words = folded(sign)
        self.words += len(words)
        return [Word(word) for word in words]
