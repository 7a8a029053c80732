"""What is in a compartment: http://hl7.org/fhir/R4/compartmentdefinition.html.

R4's definitions name the parameters that put a resource of a type into one; what several of them
put there is there once. What leads to a record (Patient, Encounter, RelatedPerson, Device) is few
rows, found by the patient, the visit and the keys of references. What leads to the directory
(Practitioner) may be much of a ward, so its tokens are a condition like any other.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Iterable, Iterator, Sequence

from ehr.fhir.definitions import compartments, type_number
from ehr.search.hashing import installed
from ehr.search.kinds import reference
from ehr.search.numbers import SUBJECT
from ehr.search.parameter import Parameter
from ehr.search.query import Compartment
from ehr.search.registry import derived, parameters
from ehr.search.shared import SHARED_TYPES
from ehr.search.sql import Scope, Sql

_OF_ONE_RESIDENT = frozenset({"Patient", "Encounter", "RelatedPerson"})


@derived
def types_in(name: str) -> tuple[str, ...]:
    """The types that may be in the compartment of a `name`: those defined, and itself."""
    return tuple(sorted({name, *compartments()[name]}))


def is_of_one_resident(asked: Compartment) -> bool:
    """Whether whoever names this compartment names a resident by it."""
    return asked.type in _OF_ONE_RESIDENT


def is_of_records(asked: Compartment) -> bool:
    """Whether it is few rows, which `members` chooses; of others `belongs` is a condition."""
    return asked.type not in SHARED_TYPES


def members(asked: Compartment, types: Sequence[str]) -> Sql:
    """The relation `i`: the index rows of `types` that are in the compartment, each once.

    OFFSET 0: the planner cannot know of so many keys that they lead to few rows.
    """
    parts = [*_members(asked, types)]
    chosen = " UNION ".join(part.text for part in parts)
    return Sql(
        f"({chosen}) c CROSS JOIN LATERAL (SELECT * FROM resource_index x"
        " WHERE x.bucket = c.bucket AND x.rid = c.rid OFFSET 0) i",
        tuple(param for part in parts for param in part.params),
    )


def _members(asked: Compartment, types: Sequence[str]) -> Iterator[Sql]:
    if asked.type in types:
        yield Sql(
            "SELECT (d.rid >> 48)::int AS bucket, d.rid FROM resource_directory d"
            " WHERE d.rtype = %s AND d.id = %s",
            (type_number(asked.type), asked.id),
        )
    if asked.type == "Patient":
        yield _rows(reference.of_patients([asked.id]), types)
    visits = [kind for kind in types if _leads_by_visit(asked.type, kind)]
    if visits:
        yield _rows(of_encounter(asked.id), visits)
    keys = keys_of(asked, keys_into(asked.type, tuple(types)))
    named = "SELECT DISTINCT k.bucket, k.rid FROM index_key k WHERE k.v = ANY (%s::bigint[])"
    yield Sql(named, (keys,))


def _rows(condition: Sql, types: Iterable[str]) -> Sql:
    return Sql(
        "SELECT i.bucket, i.rid FROM resource_index i"
        f" WHERE {condition.text} AND i.rtype = ANY (%s::smallint[])",
        (*condition.params, [type_number(kind) for kind in types]),
    )


def of_encounter(id: str) -> Sql:
    """Rows whose one visit this is."""
    return Sql("i.enc = %s", (installed().hasher.own(f"Encounter/{id}"),))


def keys_of(asked: Compartment, numbers: Iterable[int]) -> list[int]:
    """The rows of index_key that name a record in any of these parameters."""
    hasher = installed().hasher
    return [hasher.reference_key(number, f"{asked.type}/{asked.id}") for number in numbers]


def _leads_by_visit(name: str, kind: str) -> bool:
    return name == "Encounter" and any(one.storage == "enc" for one in _leading(name, kind))


@derived
def keys_into(name: str, types: tuple[str, ...]) -> tuple[int, ...]:
    """The numbers under which references of `types` into a `name`'s compartment are keys.

    Of a Patient also the one of records that were stored before their patient.
    """
    column = {"Patient": "pat", "Encounter": "enc"}.get(name)
    found = {
        stored.number: None
        for kind in types
        for one in _leading(name, kind)
        for stored in one.stored
        if stored.storage != column
    }
    return (*found, SUBJECT) if name == "Patient" else (*found,)


def belongs(asked: Compartment, resource_type: str, scope: Scope) -> Sql:
    """Whether the row `i`, of this type, is in the compartment of a directory's resource."""
    if resource_type == asked.type:
        return Sql(
            "i.rid = (SELECT d.rid FROM resource_directory d WHERE d.rtype = %s AND d.id = %s)",
            (type_number(asked.type), asked.id),
        )
    numbers = [
        stored.number for one in _leading(asked.type, resource_type) for stored in one.stored
    ]
    hasher = installed().hasher
    tokens = [hasher.reference_token(number, f"{asked.type}/{asked.id}") for number in numbers]
    return reference.with_tokens(tokens, scope)


def _leading(name: str, kind: str) -> Iterator[Parameter]:
    """The parameters of `kind` that lead into the compartment; `{def}` is the resource itself."""
    for code in compartments()[name].get(kind, ()):
        parameter = parameters(kind).get(code)
        if parameter is not None:
            yield parameter
