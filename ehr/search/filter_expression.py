"""`_filter`: a tree of tests as the conditions that other parameters give.

http://hl7.org/fhir/R4/search_filter.html. `ehr.search.filter_syntax` reads the text,
`ehr.search.filter_operators` knows which operator fits which kind. Names are search parameters;
a path goes through references, as a chain does.
"""

from ehr.errors import EhrError, InvalidQuery, NotSupported, TooCostly
from ehr.search.chaining import further, of_each, reference_of, targets_of
from ehr.search.filter_operators import criterion_of
from ehr.search.filter_syntax import Comparison, Expression, Group, Not, Step, parsed, refused
from ehr.search.filters import parameter_of
from ehr.search.query import Chained, Combined, Condition, Filter, Negated, UnknownParameter
from ehr.search.values import Missing

_ALTERNATIVES_MERGE = frozenset({None, "exact", "contains", "eq", "sw", "ew", "in", "below"})
"""Modifiers of which several values are alternatives of one criterion."""


def filtered(resource_type: str, text: str, links: int = 0) -> Condition:
    """The condition that a filter is, after `links` references.

    Raises InvalidQuery, NotSupported, TooCostly, each with the place in the text.
    """
    try:
        return _compiled(parsed(text), resource_type, links)
    except UnknownParameter as error:
        if links:
            raise  # another type that the reference leads to may have it
        # The filter is known, so it is refused and never left out.
        raise InvalidQuery(str(error), code=error.issue_code) from None


def _compiled(one: Expression, resource_type: str, links: int) -> Condition:
    if isinstance(one, Not):
        return Negated(_compiled(one.part, resource_type, links))
    if isinstance(one, Group):
        parts = [_compiled(part, resource_type, links) for part in one.parts]
        return _any(parts) if one.word == "or" else Combined("and", tuple(parts))
    return _along(one.path, one, resource_type, links)


def _any(parts: list[Condition]) -> Condition:
    """Alternatives; those of one parameter are one criterion, which one index serves."""
    found: list[Condition] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, Filter) and isinstance(last, Filter) and _are_alike(last, part):
            found[-1] = Filter(last.parameter, last.modifier, (*last.values, *part.values))
        else:
            found.append(part)
    return found[0] if len(found) == 1 else Combined("or", tuple(found))


def _are_alike(one: Filter, other: Filter) -> bool:
    is_same = one.parameter == other.parameter and one.modifier == other.modifier
    is_plain = not any(isinstance(value, Missing) for value in (*one.values, *other.values))
    return is_same and is_plain and one.modifier in _ALTERNATIVES_MERGE


def _along(path: tuple[Step, ...], asked: Comparison, resource_type: str, links: int) -> Condition:
    """The rest of a path, from a type on."""
    step, *rest = path
    if not rest:
        return _tested(step, asked, resource_type)
    try:
        parameter = reference_of(resource_type, step.name)
        after = further(links)
    except (InvalidQuery, NotSupported, TooCostly) as error:
        _refuse(step.at, error)

    def there(kind: str) -> Condition:
        end = _along(tuple(rest), asked, kind, after)
        if step.where is None:
            return end
        return Combined("and", (_compiled(step.where, kind, after), end))

    name = ".".join(one.name for one in path)
    found = of_each(targets_of(parameter), name, there)
    return Chained(parameter, found, name, asked.value)


def _tested(step: Step, asked: Comparison, resource_type: str) -> Condition:
    try:
        parameter = parameter_of(resource_type, step.name)
    except (InvalidQuery, NotSupported) as error:
        _refuse(step.at, error)
    return criterion_of(parameter, asked)


def _refuse(at: int, error: EhrError) -> None:
    refused(at, str(error), type(error), error.issues[0].code)
