"""$everything as a statement: the rows of one patient or of one visit, by their numbers.

http://hl7.org/fhir/R4/patient-operation-everything.html. The rows are chosen by a patient or an
encounter and never by a ward, so the caller's predicate only tests them; it stands in the
statement like in any other.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from ehr.access import Access, Verb
from ehr.fhir.definitions import compartments, type_number
from ehr.search import compartment
from ehr.search.caller import tested_any_type
from ehr.search.compile import Statement
from ehr.search.patients import beyond
from ehr.search.query import Compartment
from ehr.search.sql import Sql, every

PERSONS = frozenset({"Patient", "Person", "RelatedPerson"})
"""Their main date is a birth date, which is no date of care."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a compartment; a page begins after row `after`."""

    type: str
    """Patient or Encounter."""
    id: str
    types: frozenset[str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    since: datetime | None = None
    count: int = 1
    after: int | None = None


_ITSELF = "(SELECT itself.rid FROM itself)"


def page(wanted: Wanted, access: Access) -> Statement:
    """The page and one row more, the Patient or Encounter first, then by age of the rows.

    Rows as those of `compile.page`, the rid in place of the sort key. Nothing without the one
    named, whom the caller may see or not: that is for `ehr.records.everything` to ask.
    """
    chosen = _OF_PATIENT if wanted.type == "Patient" else _of_encounter(wanted)
    conditions = every([tested_any_type(access), *_conditions(wanted, access)])
    return Statement(
        "WITH itself AS MATERIALIZED (SELECT d.rid FROM resource_directory d"
        " WHERE d.rtype = %s AND d.id = %s)"
        " SELECT r.rtype, r.id, r.version, r.lu, r.content, r.rid, r.rid, r.pat, r.label"
        " FROM (SELECT i.bucket, i.rid"
        f" FROM {chosen.text} WHERE {conditions.text}"
        f" ORDER BY (i.rid <> {_ITSELF}), i.rid LIMIT %s) m"
        " JOIN resource r ON r.bucket = m.bucket AND r.rid = m.rid"
        f" ORDER BY (r.rid <> {_ITSELF}), r.rid",
        (
            type_number(wanted.type), wanted.id, *chosen.params, *conditions.params,
            wanted.count + 1,
        ),
    )  # fmt: skip


_OF_PATIENT = Sql(f"(SELECT * FROM resource_index i WHERE i.pat = {_ITSELF} OFFSET 0) i")


def _of_encounter(wanted: Wanted) -> Sql:
    """The visit itself, what names it alone, and what names it among others."""
    named = compartment.of_encounter(wanted.id)
    numbers = compartment.keys_into("Encounter", compartment.types_in("Encounter"))
    listed = compartment.keys_of(Compartment("Encounter", wanted.id), numbers)
    return Sql(
        "(SELECT (itself.rid >> 48)::int AS bucket, itself.rid FROM itself"
        f" UNION SELECT i.bucket, i.rid FROM resource_index i WHERE {named.text}"
        " UNION SELECT k.bucket, k.rid FROM index_key k WHERE k.v = ANY (%s::bigint[])) c"
        " JOIN resource_index i ON i.bucket = c.bucket AND i.rid = c.rid",
        (*named.params, listed),
    )


def _conditions(wanted: Wanted, access: Access) -> Iterable[Sql]:
    numbers = _readable(access.rights, wanted.types)
    if numbers is not None:
        yield Sql("i.rtype = ANY (%s::smallint[])", (numbers,))
    if wanted.after is not None:
        yield Sql(f"i.rid > %s AND i.rid <> {_ITSELF}", (wanted.after,))
    if wanted.since is not None:
        yield _unless_itself(Sql("i.lu > %s", (wanted.since,)))
    if wanted.start is not None or wanted.end is not None:
        yield _unless_itself(_in_period(wanted))


@lru_cache(maxsize=256)
def _readable(
    rights: frozenset[tuple[str, Verb]], types: frozenset[str] | None
) -> list[int] | None:
    """The numbers of the types that are asked for and may be read; None: all there can be."""
    known = compartments()["Patient"].keys() | compartments()["Encounter"].keys() | beyond()
    asked = known | {"Patient", "Encounter"} if types is None else types
    found = {kind for kind in asked if not rights.isdisjoint({(kind, Verb.READ), _EVERY_TYPE})}
    return None if types is None and found == asked else sorted(map(type_number, found))


_EVERY_TYPE = ("*", Verb.READ)


def _unless_itself(condition: Sql) -> Sql:
    """The Patient or Encounter asked for is always part of the answer."""
    return Sql(f"(i.rid = {_ITSELF} OR {condition.text})", condition.params)


def _in_period(wanted: Wanted) -> Sql:
    """Care that touches the period; what has no date of care cannot be said to lie outside."""
    persons = sorted(map(type_number, PERSONS))
    text, params = "(i.rtype = ANY (%s::smallint[]) OR i.dlo IS NULL OR (true", [persons]
    bounds: list[object] = []
    if wanted.start is not None:
        text += " AND coalesce(i.dhi, 'infinity') > %s"
        bounds.append(wanted.start)
    if wanted.end is not None:
        text += " AND i.dlo < %s"
        bounds.append(wanted.end)
    return Sql(f"{text}))", (*params, *bounds))
