"""A search as a frozen object: what `fhir_api.search.parse` makes and `ehr.search.compile` takes.

http://hl7.org/fhir/R4/search.html. It says what is asked and nothing of who asks: the caller's
`Access` joins it in `compile`, so that a query can be signed into a page link or saved.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from ehr.errors import InvalidQuery
from ehr.search.parameter import Parameter
from ehr.search.values import Value

MAX_COUNT = 1000
"""Most matches of one page; a larger `_count` is lowered to it."""
DEFAULT_COUNT = 50
MAX_INCLUDED = 1000
"""Most resources that `_include` and `_revinclude` add to one page."""
MAX_INCLUDES = 16
"""Most `_include` and `_revinclude` of one search."""
MAX_ROUNDS = 6
"""Most steps that `:iterate` goes from a match."""
MAX_SOUGHT = 20_000
"""Most references that a `_revinclude` of `*` looks for: those of a page in every parameter."""
MAX_SORTS = 5
"""Most keys of one `_sort`."""
MAX_COLLECTED = 10_000
"""Most matches that are collected to be put in an order that only their documents tell."""
MAX_COUNTED = 1000
"""Matches up to which `_total=estimate` counts; of more the planner's statistics tell."""
MAX_ALTERNATIVES = 200
"""Most comma-separated values of one parameter."""
MAX_LINKS = 4
"""Most references that one criterion follows, by chains and `_has` together."""
MAX_FILTERS = 30
"""Most parameters of one search."""

Total = Literal["none", "estimate", "accurate"]
Summary = Literal["true", "text", "data", "count", "false"]


class UnknownParameter(InvalidQuery):
    """This type has no such search parameter: ignored and said so, or refused when strict."""

    issue_code = "not-supported"


@dataclass(frozen=True, slots=True)
class Filter:
    """One criterion: the resource has any of `values` in `parameter`. Criteria are ANDed.

    `text` is the value as it was asked, escapes included, for `self` links.
    """

    parameter: Parameter
    modifier: str | None
    values: tuple[Value, ...]
    text: str = ""

    @property
    def key(self) -> str:
        """The name in a query string: `code`, `code:not`."""
        return f"{self.parameter.code}:{self.modifier}" if self.modifier else self.parameter.code


@dataclass(frozen=True, slots=True)
class Chained:
    """`subject:Patient.name=x`: what a reference leads to meets a condition.

    `targets` has the condition for each type it may lead to; `key` and `text` are as asked.
    """

    parameter: Parameter
    targets: tuple[tuple[str, "Condition"], ...]
    key: str
    text: str = ""
    many: frozenset[str] = frozenset()
    """The types of which many rows are known to meet the condition."""


@dataclass(frozen=True, slots=True)
class Has:
    """`_has:Observation:patient:code=x`: a `source` that refers here meets a condition."""

    source: str
    parameter: Parameter
    condition: "Condition"
    key: str
    text: str = ""
    many: bool = False
    """Whether many rows are known to meet the condition."""


@dataclass(frozen=True, slots=True)
class Combined:
    """Conditions of `_filter` together: all of them, or any; none of none."""

    word: Literal["and", "or"]
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """`not (…)` of `_filter`: what does not meet a condition."""

    part: "Condition"


@dataclass(frozen=True, slots=True)
class Listed:
    """`_list=42`: what is named by Lists; `ehr.records.lists` puts the ids in its place."""

    resource_type: str
    ids: tuple[str, ...]
    text: str = ""


Condition = Filter | Chained | Has | Combined | Negated | Listed
"""What a search may be asked for; criteria are ANDed."""


NOTHING = Combined("or", ())
"""What no resource meets."""


def conjuncts(condition: Condition) -> tuple[Condition, ...]:
    """The criteria that a condition is, each with its own index and plan."""
    if isinstance(condition, Combined) and condition.word == "and":
        return tuple(each for part in condition.parts for each in conjuncts(part))
    return (condition,)


@dataclass(frozen=True, slots=True)
class Each:
    """One criterion of a search of several types: the condition for each of them."""

    conditions: tuple[tuple[str, Condition], ...]

    def of(self, resource_type: str) -> Condition:
        """The condition for one of the types."""
        return next(one for kind, one in self.conditions if kind == resource_type)


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort key: `_sort=-date` is `Sort(<date>, descending=True)`."""

    parameter: Parameter
    descending: bool = False

    @property
    def key(self) -> str:
        """As in a query string: `-date`."""
        return f"{'-' if self.descending else ''}{self.parameter.code}"


@dataclass(frozen=True, slots=True)
class Include:
    """`_include=source:parameter[:target]`; without a parameter it is `source:*`, or `*` alone.

    Of a `_revinclude` the source is what refers to a match, and the target a type of match.
    """

    source: str | None
    parameter: Parameter | None
    target: str | None = None
    iterate: bool = False

    @property
    def key(self) -> str:
        """As in a query string: `Observation:subject:Patient`."""
        code = self.parameter.code if self.parameter else "*"
        return ":".join(part for part in (self.source, code, self.target) if part)


@dataclass(frozen=True, slots=True)
class Compartment:
    """`Patient/<id>/…`: only what is in the compartment of this resource."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after (or, going back, before) the row with these sort values.

    `keys` are the values of the sort in their order (None: missing), `rid` the row's number; both
    are opaque outside and travel in a signed link.
    """

    keys: tuple[datetime | str | float | None, ...]
    rid: int
    backward: bool = False


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A whole search, of one type or of several."""

    types: tuple[str, ...]
    filters: tuple[Condition, ...] = ()
    """Of several types, those that mean the same in each."""
    each: tuple[Each, ...] = ()
    """Of several types, the others."""
    compartment: Compartment | None = None
    sort: tuple[Sort, ...] = ()
    count: int = DEFAULT_COUNT
    """Matches a page; 0 asks for the total alone."""
    includes: tuple[Include, ...] = ()
    revincludes: tuple[Include, ...] = ()
    total: Total = "none"
    summary: Summary = "false"
    elements: tuple[str, ...] = ()
    cursor: Cursor | None = None
    explain: bool = False
    """Only how it would be answered is asked."""

    def of(self, types: tuple[str, ...]) -> "SearchQuery":
        """The same search of some of its types; where there is an `each`, of one."""
        own = tuple(one.of(types[0]) for one in self.each)
        return replace(self, types=types, filters=(*self.filters, *own), each=())

    @property
    def counts_only(self) -> bool:
        """Whether only the number of matches is wanted (`_summary=count`, `_count=0`)."""
        return self.summary == "count" or self.count == 0

    @property
    def wants_total(self) -> bool:
        """Whether the number of all matches is part of the answer."""
        return self.counts_only or self.total != "none"
