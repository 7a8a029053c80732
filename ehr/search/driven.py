"""Searches by name, read in the order of the names: a page costs the same in a ward of any size.

Nobody who types "nguyen thi" asks for those last changed. Sorting so would mean to collect every
Nguyễn of a ward first (24,000 of 60,000); instead index_string is walked in the order of its
texts, from the word that fewest people share, and each row is asked for the rest until the page
is full. A resource stands where the first of its texts that match stands. `OFFSET 0` keeps the
planner to this plan: it has no statistics on who has both of two words
(docs/decisions/search-plans.md).
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from ehr.search.caller import Source
from ehr.search.frequent import known_share, share
from ehr.search.kinds.string import in_range, ranges, words_asked
from ehr.search.order import Order
from ehr.search.query import Condition, Cursor, Filter, SearchQuery
from ehr.search.sql import TRUE, Sql, either, every

_LOW_CARDINALITY = frozenset({"tok"})
_COMMON = 0.002
"""Part of all people who have a common name: 16,000 of a city of eight million."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is looked for in one parameter."""

    number: int
    word: str


@dataclass(frozen=True, slots=True)
class Driver:
    """The word whose texts are walked, and those that each row is asked for."""

    first: Word
    others: tuple[Word, ...]
    filters: tuple[Filter, ...]
    """The criteria that are no words."""


def driver_of(query: SearchQuery) -> Driver | None:
    """How to drive a query by its words; None where an order was asked or a filter is narrower."""
    if query.sort or query.compartment is not None or len(query.types) > 1:
        return None
    filters = [one for one in query.filters if isinstance(one, Filter)]
    if len(filters) < len(query.filters):
        return None
    by_name = [one for one in filters if _is_by_words(one)]
    others = tuple(one for one in filters if not _is_by_words(one))
    if not by_name or not all(map(is_frequent, others)):
        return None
    words = [
        Word(one.parameter.stored[0].number, word) for one in by_name for word in words_asked(one)
    ]
    first = min(words, key=lambda one: share(one.word))
    return Driver(first, tuple(one for one in words if one != first), others)


def is_frequent(criterion: Condition) -> bool:
    """Whether many rows meet the criterion, so that one may walk until enough have met it."""
    return isinstance(criterion, Filter) and criterion.parameter.storage in _LOW_CARDINALITY


def is_common_name(criterion: Condition) -> bool:
    """Whether many people have a name like that: told by the words, without a look at the data."""
    if not isinstance(criterion, Filter) or not _is_by_words(criterion):
        return False
    return prod(map(known_share, words_asked(criterion))) >= _COMMON


def _is_by_words(criterion: Filter) -> bool:
    return (
        criterion.parameter.storage == "string"
        and len(criterion.parameter.stored) == 1
        and bool(words_asked(criterion))
    )


@dataclass(frozen=True, slots=True)
class Driven:
    """One page of a search by words."""

    driver: Driver
    order: Order
    cursor: Cursor | None
    limit: int

    def read(self, source: Source, matches: Sql) -> Sequence[Sql]:
        """Scans for (bucket, rid, text) of the first rows of one source; none finds a row twice."""
        matches = every([matches, *map(_has, self.driver.others)])
        of_ward = _of_ward(source)
        if of_ward is None:
            return [self._read_chosen(matches)]
        texts = ranges(self.driver.first.word)
        return [self._walk(of_ward, one, matches) for one in texts]

    def _walk(self, of_ward: Sql, texts: tuple[str, str], matches: Sql) -> Sql:
        """One range of texts of one ward or of all, in their order."""
        first = self.driver.first
        walked = every([of_ward, in_range("s.v", *texts), self._beyond("s.rid")])
        earlier = _in_ranges("x.v", first.word)
        by = self.order.by(["s.v"], "s.rid", with_nulls=False)
        return Sql(
            "SELECT i.bucket, s.rid, s.v AS k0 FROM (SELECT s.rid, s.v, s.ctid FROM index_string s"
            f" WHERE s.param = %s AND {walked.text}"
            f" ORDER BY {by} OFFSET 0) s"
            " CROSS JOIN LATERAL (SELECT i.bucket, i.rid FROM resource_index i"
            f" WHERE i.bucket = (s.rid >> 48)::int AND i.rid = s.rid AND {matches.text} LIMIT 1) i"
            " WHERE NOT EXISTS (SELECT FROM index_string x WHERE x.bucket = i.bucket"
            " AND x.rid = i.rid AND x.param = %s AND (x.v, x.ctid) < (s.v, s.ctid)"
            f" AND {earlier.text} OFFSET 0)"
            f" ORDER BY {by} LIMIT %s",
            (
                first.number, *walked.params, *matches.params,
                first.number, *earlier.params, self.limit,
            ),
        )  # fmt: skip

    def _read_chosen(self, matches: Sql) -> Sql:
        """Rows that the source itself chooses (granted), in the order of their first text."""
        first = self.driver.first
        found = _in_ranges("x.v", first.word)
        beyond = self._beyond("i.rid")
        return Sql(
            "SELECT i.bucket, i.rid, s.v AS k0 FROM resource_index i CROSS JOIN LATERAL"
            " (SELECT min(x.v) AS v FROM index_string x WHERE x.bucket = i.bucket"
            f" AND x.rid = i.rid AND x.param = %s AND {found.text}) s"
            f" WHERE {matches.text} AND s.v IS NOT NULL AND {beyond.text}"
            f" ORDER BY {self.order.by(['s.v'], 'i.rid', with_nulls=False)} LIMIT %s",
            (first.number, *found.params, *matches.params, *beyond.params, self.limit),
        )

    def _beyond(self, rid: str) -> Sql:
        """What comes after the cursor."""
        if self.cursor is None:
            return TRUE
        sign = "<" if self.order.descending else ">"
        return Sql(f"(s.v, {rid}) {sign} (%s, %s)", (self.cursor.keys[0], self.cursor.rid))


def _of_ward(source: Source) -> Sql | None:
    """The ward of the texts to walk; None when the source chooses its rows by something else."""
    if source.everywhere:
        return TRUE
    return source.ward and Sql(f"s.ward = {source.ward.text}", source.ward.params)


def _has(word: Word) -> Sql:
    found = _in_ranges("x.v", word.word)
    return Sql(
        "EXISTS (SELECT FROM index_string x WHERE x.bucket = i.bucket AND x.rid = i.rid"
        f" AND x.param = %s AND {found.text} OFFSET 0)",
        (word.number, *found.params),
    )


def _in_ranges(column: str, word: str) -> Sql:
    return either(in_range(column, *one) for one in ranges(word))
