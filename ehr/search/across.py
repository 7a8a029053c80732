"""What can be asked of several types at once: what all of them have, with one meaning.

http://hl7.org/fhir/R4/http.html#search: where types are named, a parameter is one of each of them;
where none is, one of every resource.
"""

from collections.abc import Sequence
from dataclasses import replace

from ehr.errors import InvalidQuery, NotSupported, TooCostly
from ehr.search.conditions import condition_of
from ehr.search.filters import sort_of
from ehr.search.query import MAX_SORTS, Condition, Each, Filter, Sort, UnknownParameter
from ehr.search.registry import EVERY_TYPE, of_every_type, parameters

_OF_EACH = frozenset({"_has", "_filter", "_list"})
"""What is asked of each type by itself."""
_NAMED = 5
"""Types that a refusal names."""


def criterion_of(types: Sequence[str], key: str, text: str, *, named: bool) -> Condition | Each:
    """The criterion `key=text` on several types, which were `named` or are all there are.

    Raises InvalidQuery for a parameter that only some have, UnknownParameter for one of none, else
    as `condition_of`.
    """
    code = key.partition(":")[0].partition(".")[0]
    if code in of_every_type():
        found = condition_of(types[0], key, text)
        if not isinstance(found, Filter):
            raise InvalidQuery(f"{code} is no reference, so nothing can follow it.")
        return replace(found, parameter=replace(found.parameter, resource_type=EVERY_TYPE))
    if code in _OF_EACH:
        _require_named(code, named=named)
    else:
        _require_common(types, code, named=named)
    return Each(tuple((one, condition_of(one, key, text)) for one in types))


def _require_named(code: str, *, named: bool) -> None:
    if not named:
        raise InvalidQuery(
            f"{code[:64]} is not a parameter of every type: name types with _type, or ask by"
            f" {', '.join(sorted(of_every_type()))}.",
            code="not-supported",
        )


def _require_common(types: Sequence[str], code: str, *, named: bool) -> None:
    kinds = {one: parameters(one)[code].kind for one in types if code in parameters(one)}
    if not kinds:
        raise UnknownParameter(f"None of these types has a search parameter {code[:64]!r}.")
    _require_named(code, named=named)
    lacking = [one for one in types if one not in kinds]
    if lacking:
        raise InvalidQuery(
            f"{code[:64]} is no search parameter of {_told(lacking)}: of several types, what all"
            " of them have can be asked for.",
            code="not-supported",
        )
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"a {kind} of {one}" for one, kind in kinds.items())
        raise InvalidQuery(f"{code[:64]} is not the same in each type: {told}.")


def _told(types: Sequence[str]) -> str:
    more = len(types) - _NAMED
    return ", ".join(types[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def sorts_across(types: Sequence[str], text: str) -> tuple[Sort, ...]:
    """The keys of `_sort` on several types; raises as `sort_of`, and NotSupported."""
    keys = text.split(",")
    if len(keys) > MAX_SORTS:
        raise TooCostly(f"_sort takes at most {MAX_SORTS} keys.")
    return tuple(_sort(types, key) for key in keys)


def _sort(types: Sequence[str], key: str) -> Sort:
    """One key: a column of the index that means the same in each type."""
    code = key.removeprefix("-")
    asked = types[:1] if code in of_every_type() else types
    found = [sort_of(one, key) for one in asked]
    places = {one.parameter.storage for one in found}
    if places not in ({"lu"}, {"date"}):
        raise NotSupported(
            f"Several types are not sorted by {code[:64]}, but by _lastUpdated or by a date that is"
            " the main one of each."
        )
    required = all(one.parameter.required for one in found)
    return replace(found[0], parameter=replace(found[0].parameter, required=required))
