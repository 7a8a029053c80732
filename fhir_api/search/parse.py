"""A query string becomes a SearchQuery: what was understood, and what was not.

http://hl7.org/fhir/R4/search.html#errors. A parameter this type does not have is ignored, told in
an OperationOutcome and left out of the `self` link, or with `Prefer: handling=strict` refused. A
parameter without a value is no error, and ignored. A known one with a bad value is always refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, get_args
from urllib.parse import parse_qsl

import msgspec
from msgspec.structs import replace as replace_fields

from ehr.errors import InvalidQuery, Issue, NotSupported, TooCostly
from ehr.fhir.subset import require_elements
from ehr.search.across import criterion_of, sorts_across
from ehr.search.conditions import condition_of
from ehr.search.filters import include_of, sorts_of
from ehr.search.query import (
    MAX_COUNT,
    MAX_FILTERS,
    MAX_INCLUDES,
    Condition,
    Each,
    Include,
    SearchQuery,
    Summary,
    Total,
    UnknownParameter,
    conjuncts,
)
from fhir_api.search.links import PAGE

MAX_PARAMETERS = 100
MAX_VALUE = 8_000
"""Characters of one value."""

FORMAT = frozenset({"_format", "_pretty"})
"""Read by `wire.content`."""
_ONCE = frozenset(
    {"_count", "_sort", "_total", "_summary", "_elements", "_explain", "_contained", PAGE}
)

Pair = tuple[str, str]


class Asked(msgspec.Struct, frozen=True):
    """A search as it was understood."""

    query: SearchQuery
    understood: list[Pair]
    """The parameters of the `self` link."""
    issues: tuple[Issue, ...] = ()
    """What was ignored."""
    page: str | None = None
    """The token of a page link."""
    formats: tuple[Pair, ...] = ()
    """The format that was asked for, which goes on in the links."""


def pairs_of(text: str) -> list[Pair]:
    """The parameters of a query string or form; raises InvalidQuery for what is none."""
    if not text:
        return []
    try:
        pairs = parse_qsl(
            text, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise InvalidQuery("Parameters must be UTF-8, percent-encoded.") from None
    except ValueError:
        raise InvalidQuery(f"A request has at most {MAX_PARAMETERS} parameters.") from None
    for name, value in pairs:
        if len(value) > MAX_VALUE:
            raise InvalidQuery(f"The value of {name[:64]!r} is longer than {MAX_VALUE} characters.")
        if "\x00" in value or "\x00" in name:
            raise InvalidQuery("A parameter holds the character U+0000.")
    return pairs


def formats_of(pairs: Sequence[Pair]) -> tuple[Pair, ...]:
    """`_format` and `_pretty`, each as it was named last."""
    return tuple({name: value for name, value in pairs if name in FORMAT}.items())


def whole_number(name: str, text: str) -> int:
    """A number of digits alone; raises InvalidQuery."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise InvalidQuery(f"{name} is a whole number, 0 or more.")
    return int(text)


def elements_of(types: tuple[str, ...], text: str) -> tuple[str, ...]:
    """The names in `_elements`, of one type `Patient.name` as `name`; raises InvalidQuery."""
    prefix = f"{types[0]}." if len(types) == 1 else ""
    names = tuple(one.strip().removeprefix(prefix) for one in text.split(","))
    require_elements(types, names)
    return names


def parse(
    types: tuple[str, ...], pairs: Sequence[Pair], *, strict: bool = False, named: bool = True
) -> Asked:
    """The search that `pairs` ask for; raises InvalidQuery for a bad value, or NotSupported.

    `named`: whether these types were asked for, and are not all there are.
    """
    _refuse_twice(pairs)
    reading = _Reading(types, named=named)
    for name, value in pairs:
        if name in FORMAT:
            continue
        if name == PAGE:
            reading.page = value
            continue
        if not value:
            reading.issues.append(_without_value(name))
            continue
        try:
            reading.take(name, value)
        except UnknownParameter as error:
            if strict:
                raise InvalidQuery(issues=error.issues) from None
            reading.issues += [replace(issue, severity="warning") for issue in error.issues]
        else:
            # A count over the most is lowered to it, and the link says so.
            taken = str(reading.controls["count"]) if name == "_count" else value
            reading.understood.append((name, taken))
    return replace_fields(reading.asked(), formats=formats_of(pairs))


def _without_value(name: str) -> Issue:
    return Issue(
        "informational", f"{name[:64]} has no value and is ignored.", severity="information"
    )


class _Reading:
    """What has been read so far."""

    __slots__ = (
        "controls", "each", "filters", "includes", "issues", "named", "page", "revincludes",
        "types", "understood",
    )  # fmt: skip

    def __init__(self, types: tuple[str, ...], *, named: bool) -> None:
        self.types = types
        self.named = named
        self.filters: list[Condition] = []
        self.each: list[Each] = []
        self.includes: list[Include] = []
        self.revincludes: list[Include] = []
        self.controls: dict[str, Any] = {}
        self.understood: list[Pair] = []
        self.issues: list[Issue] = []
        self.page: str | None = None

    def take(self, name: str, value: str) -> None:
        """Add one parameter."""
        control = _CONTROLS.get(name)
        if control is not None:
            try:
                control(self, value)
            except UnknownParameter as error:
                # A known parameter is refused, also when its value names an unknown one.
                raise InvalidQuery(f"{name}: {error}") from None
            return
        if name.partition(":")[0] in _CONTROLS:
            raise InvalidQuery(f"{name[:64]!r} has a modifier that does not fit.")
        found = self._criterion(name, value)
        if isinstance(found, Each):
            self.each.append(found)
        else:
            self.filters += conjuncts(found)
        if len(self.filters) + len(self.each) > MAX_FILTERS:
            raise InvalidQuery(f"A search has at most {MAX_FILTERS} criteria.")

    @property
    def is_of_one(self) -> bool:
        """Whether one type was asked for, with all its parameters."""
        return self.named and len(self.types) == 1

    def _criterion(self, name: str, value: str) -> Condition | Each:
        if self.is_of_one:
            return condition_of(self.types[0], name, value)
        return criterion_of(self.types, name, value, named=self.named)

    def asked(self) -> Asked:
        """All of it; raises InvalidQuery for what does not go together."""
        along = len(self.includes) + len(self.revincludes)
        if self.controls.get("summary") == "text" and along:
            raise InvalidQuery("_summary=text goes with no _include and no _revinclude.")
        if along > MAX_INCLUDES:
            raise TooCostly(f"A search has at most {MAX_INCLUDES} _include and _revinclude.")
        query = SearchQuery(
            self.types,
            tuple(self.filters),
            each=tuple(self.each),
            includes=tuple(self.includes),
            revincludes=tuple(self.revincludes),
            **self.controls,
        )
        return Asked(query, self.understood, tuple(self.issues), self.page)


def _count(reading: _Reading, value: str) -> None:
    reading.controls["count"] = min(MAX_COUNT, whole_number("_count", value))


def _total(reading: _Reading, value: str) -> None:
    reading.controls["total"] = _one_of("_total", value, get_args(Total))


def _summary(reading: _Reading, value: str) -> None:
    reading.controls["summary"] = _one_of("_summary", value, get_args(Summary))


def _elements(reading: _Reading, value: str) -> None:
    reading.controls["elements"] = elements_of(reading.types, value)


def _sort(reading: _Reading, value: str) -> None:
    of_one = reading.is_of_one
    found = sorts_of(reading.types[0], value) if of_one else sorts_across(reading.types, value)
    reading.controls["sort"] = found


def _explain(reading: _Reading, value: str) -> None:
    reading.controls["explain"] = _one_of("_explain", value, ("true", "false")) == "true"


def _contained(reading: _Reading, value: str) -> None:
    if _one_of("_contained", value, ("false", "true", "both")) != "false":
        raise NotSupported(
            "_contained: what is contained is found by what contains it; only false is supported."
        )


def _contained_type(reading: _Reading, value: str) -> None:
    if _one_of("_containedType", value, ("container", "contained")) != "container":
        raise NotSupported("_containedType: only container is supported.")


def _include(reading: _Reading, value: str, *, iterate: bool = False) -> None:
    reading.includes.append(include_of(value, iterate=iterate))


def _revinclude(reading: _Reading, value: str, *, iterate: bool = False) -> None:
    reading.revincludes.append(include_of(value, iterate=iterate))


_CONTROLS: dict[str, Callable[[_Reading, str], None]] = {
    "_count": _count,
    "_total": _total,
    "_summary": _summary,
    "_elements": _elements,
    "_sort": _sort,
    "_explain": _explain,
    "_contained": _contained,
    "_containedType": _contained_type,
    "_include": _include,
    "_include:iterate": partial(_include, iterate=True),
    "_revinclude": _revinclude,
    "_revinclude:iterate": partial(_revinclude, iterate=True),
}


def _one_of(name: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        raise InvalidQuery(f"{name} is one of {', '.join(known)}.")
    return value


def _refuse_twice(pairs: Sequence[Pair]) -> None:
    seen = set()
    for name, _ in pairs:
        if name in seen and name in _ONCE:
            raise InvalidQuery(f"{name} is given twice.")
        seen.add(name)
