"""$everything as a statement: the rows of one patient or of one visit, by their numbers.

http://hl7.org/fhir/R4/patient-operation-everything.html. The rows are chosen by a patient or an
encounter and never by a ward, so the caller's predicate only tests them; it stands in the
statement like in any other.
"""

# ruff: noqa: S608 - every piece of text is a constant of this package, values are parameters

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ehr.access import Access, Verb
from ehr.fhir.definitions import compartments, resource_types, type_number
from ehr.search.caller import tested_any_type
from ehr.search.compile import Statement
from ehr.search.kinds import reference
from ehr.search.registry import parameters
from ehr.search.sql import Sql, every

PERSONS = frozenset({"Patient", "Person", "RelatedPerson"})
"""Their main date is a birth date, which is no date of care."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a compartment; a page begins after row `after`."""

    type: str
    """Patient or Encounter."""
    id: str
    rid: int
    types: frozenset[str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    since: datetime | None = None
    count: int = 1
    after: int | None = None


def page(wanted: Wanted, access: Access) -> Statement:
    """The page and one row more, the Patient or Encounter first, then by age of the rows.

    Rows as those of `compile.page`, the rid in place of the sort key.
    """
    chosen = _of_patient(wanted) if wanted.type == "Patient" else _of_encounter(wanted)
    conditions = every([tested_any_type(access), *_conditions(wanted, access)])
    return Statement(
        "SELECT r.rtype, r.id, r.version, r.lu, r.content, r.rid, r.rid, r.pat"
        " FROM (SELECT i.bucket, i.rid"
        f" FROM {chosen.text} WHERE {conditions.text}"
        " ORDER BY (i.rid <> %s), i.rid LIMIT %s) m"
        " JOIN resource r ON r.bucket = m.bucket AND r.rid = m.rid"
        " ORDER BY (r.rid <> %s), r.rid",
        (
            *chosen.params, *conditions.params, wanted.rid, wanted.count + 1, wanted.rid,
        ),
    )  # fmt: skip


def _of_patient(wanted: Wanted) -> Sql:
    return Sql(
        "(SELECT * FROM resource_index i WHERE i.pat = %s OFFSET 0) i",
        (wanted.rid,),
    )


def _of_encounter(wanted: Wanted) -> Sql:
    """The visit itself, what names it alone, and what names it among others."""
    named = reference.of_encounter(wanted.id)
    listed = reference.keys_of("Encounter", wanted.id, _listing())
    return Sql(
        "(SELECT %s::int AS bucket, %s::bigint AS rid"
        f" UNION SELECT i.bucket, i.rid FROM resource_index i WHERE {named.text}"
        " UNION SELECT k.bucket, k.rid FROM index_key k WHERE k.v = ANY (%s::bigint[])) c"
        " JOIN resource_index i ON i.bucket = c.bucket AND i.rid = c.rid",
        (wanted.rid >> 48, wanted.rid, *named.params, listed),
    )


def _listing() -> Iterable[int]:
    """Numbers of the compartment's parameters that may name several visits."""
    for kind, codes in compartments()["Encounter"].items():
        for code in codes:
            parameter = parameters(kind).get(code)
            if parameter is not None and parameter.storage == "reference":
                yield parameter.number


def _conditions(wanted: Wanted, access: Access) -> Iterable[Sql]:
    if ("*", Verb.READ) not in access.rights or wanted.types is not None:
        known = resource_types() if wanted.types is None else wanted.types
        numbers = sorted(type_number(kind) for kind in known if access.may(kind, Verb.READ))
        yield Sql("i.rtype = ANY (%s::smallint[])", (numbers,))
    if wanted.after is not None:
        yield Sql("i.rid > %s AND i.rid <> %s", (wanted.after, wanted.rid))
    if wanted.since is not None:
        yield _unless_itself(Sql("i.lu > %s", (wanted.since,)), wanted)
    if wanted.start is not None or wanted.end is not None:
        yield _unless_itself(_in_period(wanted), wanted)


def _unless_itself(condition: Sql, wanted: Wanted) -> Sql:
    """The Patient or Encounter asked for is always part of the answer."""
    return Sql(f"(i.rid = %s OR {condition.text})", (wanted.rid, *condition.params))


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
