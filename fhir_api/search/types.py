"""`_type`: which types a search of several looks for (http://hl7.org/fhir/R4/search.html#all)."""

from collections.abc import Sequence

from ehr.access import Access, Verb
from ehr.errors import Forbidden, InvalidQuery
from ehr.fhir.definitions import is_resource_type
from fhir_api.search.parse import Asked, Pair, parse

TYPE = "_type"


def parse_across(
    among: Sequence[str], pairs: Sequence[Pair], *, access: Access, strict: bool
) -> Asked:
    """The search of the types that `_type` names, or of all `among` that the caller may search.

    Raises as `parse`, InvalidQuery for what is no type, Forbidden without any.
    """
    named = [value for name, value in pairs if name == TYPE and value]
    if len(named) > 1 or any(name.startswith(f"{TYPE}:") for name, _ in pairs):
        raise InvalidQuery(f"{TYPE} is given once, with commas between types and without modifier.")
    types = _named(named[0]) if named else _searchable(among, access)
    rest = [pair for pair in pairs if pair[0] != TYPE]
    asked = parse(types, rest, strict=strict, named=bool(named))
    if named:
        asked.understood.insert(0, (TYPE, ",".join(types)))
    return asked


def _named(text: str) -> tuple[str, ...]:
    types = tuple(dict.fromkeys(text.split(",")))
    for one in types:
        if not is_resource_type(one):
            raise InvalidQuery(f"{TYPE}: FHIR R4 has no resource type {one[:64]!a}.", code="value")
    return types


def _searchable(among: Sequence[str], access: Access) -> tuple[str, ...]:
    types = tuple(one for one in among if access.may(one, Verb.SEARCH))
    if not types:
        raise Forbidden
    return types
