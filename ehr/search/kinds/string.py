"""Strings: names, addresses, titles, without case and marks (http://hl7.org/fhir/R4/search.html#string).

Each word is indexed, with its y/i twin behind a mark, and each whole value. A search finds values
in which every word of the query begins a word; `:exact` the whole value, marks and case included;
`:contains` a part of the whole value. The whole of a value is its first 200 characters.
"""

from collections.abc import Iterable
from typing import Any

from ehr.errors import InvalidQuery
from ehr.fhir.path import Node
from ehr.i18n.names import alike, fold, words
from ehr.remembered import remembered
from ehr.search import whole_text
from ehr.search.hashing import installed
from ehr.search.parameter import Parameter
from ehr.search.query import Filter
from ehr.search.rows import Rows
from ehr.search.sql import Branches, Scope, Sql, either, every
from ehr.search.values import TextValue, Value

_WHOLE = 200
_WORD = 60
_WORDS = 60
"""Words of one value that are indexed; descriptions of definitions can be pages."""
_WORDS_ASKED = 10
_AFTER_ALL = "\U0010ffff"
_TWIN = "~"
"""Before the i-spelling of a word with y: no word begins so, and it sorts after the words."""

Range = tuple[str, str]
"""First text, and the first after the last."""

_PARTS = {
    "HumanName": ("text", "family", "given", "prefix", "suffix"),
    "Address": ("text", "line", "city", "district", "state", "postalCode", "country"),
}


def modifiers(parameter: Parameter) -> tuple[str, ...]:
    """Those that fit."""
    return ("exact", "contains")


def index(parameter: Parameter, nodes: list[Node], rows: Rows) -> None:
    """Add the words and whole values of `nodes`."""
    number, key = parameter.number, installed().hasher.key
    for value, kind in nodes:
        for text in _texts(value, kind):
            whole, parts = _terms(text)
            rows.strings.add((number, key(number, text), whole))
            rows.strings.update((number, None, part) for part in parts)


@remembered(16_384)
def _terms(text: str) -> tuple[str, tuple[str, ...]]:
    """The whole value, and its words and their twins; names and places come again and again."""
    whole = fold(text)[:_WHOLE]
    found = dict.fromkeys(words(text[: 10 * _WHOLE])[:_WORDS])
    twins = [_TWIN + twin[:_WORD] for word in found if (twin := alike(word)) != word]
    return whole, (*(word[:_WORD] for word in found if word != whole), *twins)


def _texts(value: Any, kind: str) -> Iterable[str]:
    if type(value) is str:
        yield value
        return
    for part in _PARTS.get(kind, ()):
        content = value.get(part, ())
        for text in (content,) if type(content) is str else content:
            if type(text) is str:
                yield text


def parse(parameter: Parameter, modifier: str | None, text: str) -> Value:
    """The text to look for; raises InvalidQuery."""
    if not text.strip():
        raise InvalidQuery(f"{parameter.code} needs a text to look for.")
    if len(text) > _WHOLE:
        raise InvalidQuery(
            f"{parameter.code}: a text of more than {_WHOLE} characters is not indexed."
        )
    if len(words(text)) > _WORDS_ASKED:
        raise InvalidQuery(f"{parameter.code}: at most {_WORDS_ASKED} words can be asked for.")
    return TextValue(text)


def where(criterion: Filter, scope: Scope) -> Branches:
    """Rows with any of the texts."""
    numbers = [one.number for one in criterion.parameter.stored]
    values = [one.text for one in criterion.values if isinstance(one, TextValue)]
    if criterion.modifier == "exact":
        return (either(_exact(numbers, text) for text in values),)
    if criterion.modifier == "contains":
        return (either(_contains(numbers, text) for text in values),)
    if criterion.modifier in whole_text.OPERATORS:
        return (either(_whole(numbers, criterion.modifier, text) for text in values),)
    return (either(_starts(numbers, text) for text in values),)


def _exact(numbers: list[int], text: str) -> Sql:
    key = installed().hasher.key
    hashes = [key(number, text) for number in numbers]
    return _row(
        numbers, Sql("s.v = %s AND s.comp = ANY (%s::bigint[])", (fold(text)[:_WHOLE], hashes))
    )


def _contains(numbers: list[int], text: str) -> Sql:
    return _row(numbers, Sql("s.comp IS NOT NULL AND strpos(s.v, %s) > 0", (fold(text),)))


def _whole(numbers: list[int], operator: str, text: str) -> Sql:
    """An operator of `_filter`, on the whole value."""
    condition = whole_text.compared("s.v", operator, fold(text))
    return _row(numbers, Sql(f"s.comp IS NOT NULL AND {condition.text}", condition.params))


def _starts(numbers: list[int], text: str) -> Sql:
    """Every word of the query begins a word; a query without letters begins the whole value."""
    found = words(text)
    if not found:
        return _row(numbers, _prefix(fold(text)))
    return every(_row(numbers, _word(word[:_WORD])) for word in dict.fromkeys(found))


def _word(word: str) -> Sql:
    return either(in_range("s.v", *one) for one in ranges(word))


def ranges(word: str) -> tuple[Range, ...]:
    """Where the texts are that `word` finds: words that begin so, and spellings with i for y.

    "li" finds "Lý" by its twin, "ly" finds "Lí" but not "Linh".
    """
    begins = (word, word + _AFTER_ALL)
    if "y" in word:
        return (begins, (alike(word), alike(word) + "\x01"))
    if "i" in word:
        return (begins, (_TWIN + word, _TWIN + word + _AFTER_ALL))
    return (begins,)


def in_range(column: str, first: str, after: str) -> Sql:
    """Texts from `first` on, before `after`."""
    return Sql(f"({column} >= %s AND {column} < %s)", (first, after))


def _prefix(text: str) -> Sql:
    return in_range("s.v", text, text + _AFTER_ALL)


def words_asked(criterion: Filter) -> list[str]:
    """The words that must all begin a word of the value; none for any other search."""
    value = criterion.values[0]
    if criterion.modifier or len(criterion.values) > 1 or not isinstance(value, TextValue):
        return []
    return [word[:_WORD] for word in dict.fromkeys(words(value.text))]


def _row(numbers: list[int], condition: Sql) -> Sql:
    return Sql(
        "EXISTS (SELECT FROM index_string s WHERE s.bucket = i.bucket AND s.rid = i.rid"
        f" AND s.ward = i.ward AND s.param = ANY (%s::smallint[]) AND {condition.text})",
        (numbers, *condition.params),
    )
