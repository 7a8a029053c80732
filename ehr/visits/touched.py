"""Which visits a save touches, and the records that must be read to make their rows anew."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import orjson

from ehr.access import EVERY_LABEL, Label
from ehr.access_settings import SET_ACCESS, Plans
from ehr.db import Params, Query, Tx
from ehr.fhir.resource import Resource, parse
from ehr.visits import statements
from ehr.visits.projected import PART_TYPES, Part, Projected, References
from ehr.visits.row import Person, Source, VisitRow

SEEING_ALL: tuple[Query, Params] = (
    SET_ACCESS,
    ("", "on", str(int(EVERY_LABEL)), "", Plans.ONCE),
)
"""First in each round trip of the projection; `project` sets the caller's own view again."""

Records = dict[int, Part]
"""Records by rid."""


@dataclass(slots=True)
class Touched:
    """The written records that visits are made of."""

    refer: References
    encounters: dict[str, Projected] = field(default_factory=dict)
    """Written Encounters, by id."""
    parts: dict[int, Projected] = field(default_factory=dict)
    """Written parts, by rid."""
    elsewhere: set[str] = field(default_factory=set)
    """Encounters that are not written themselves, but a part of theirs is."""
    people: dict[int, Projected] = field(default_factory=dict)
    """Written Patients, by rid."""
    amended: dict[int, int] = field(default_factory=dict)
    """Conditions that were there before → patient: any of his visits may have them as diagnosis."""

    @property
    def nothing(self) -> bool:
        """Whether no visit is touched."""
        return not (self.encounters or self.elsewhere or self.amended or self.corrected())

    def corrected(self) -> dict[int, Person]:
        """The Patients, by rid, whose visits now count in other cells."""
        return {
            rid: Person.of(one.resource)
            for rid, one in self.people.items()
            if one.previous and one.resource and Person.of(one.previous) != Person.of(one.resource)
        }

    def touches(self, row: VisitRow) -> bool:
        """Whether the visit of an old row is made of something written."""
        return (
            row.id in self.encounters
            or row.id in self.elsewhere
            or not self.amended.keys().isdisjoint(part_rids(row))
        )


def touched(saved: Sequence[Projected], refer: References) -> Touched:
    """Sort what was written by what it is to a visit."""
    found = Touched(refer)
    for one in saved:
        if one.resource_type == "Encounter":
            found.encounters[one.id] = one
        elif one.resource_type == "Patient":
            found.people[one.rid] = one
        elif one.resource_type in PART_TYPES:
            found.parts[one.rid] = one
            found.elsewhere |= refer.encounters(one.resource) | refer.encounters(one.previous)
            if one.resource_type == "Condition" and one.version > 1 and one.pat is not None:
                found.amended[one.rid] = one.pat
    found.elsewhere -= found.encounters.keys()
    return found


def part_rids(row: VisitRow) -> Iterator[int]:
    """The rids of the records that a row was made of, its Encounter aside."""
    return (row.rid + offset for offset in orjson.loads(row.detail).get("parts", ()))


async def old_rows(tx: Tx, found: Touched) -> dict[int, VisitRow]:
    """The rows there are of the touched visits and people, locked; by rid."""
    rids = [one.rid for one in found.encounters.values() if one.version > 1]
    patients = sorted({*found.corrected(), *found.amended.values()})
    if not (rids or found.elsewhere or patients):
        return {}
    _, rows = await tx.fetch_all(
        [SEEING_ALL, (statements.OLD, (rids, sorted(found.elsewhere), patients))]
    )
    return {row.rid: row for row in (VisitRow(*values) for values in rows)}


async def records(tx: Tx, found: Touched, old: Iterable[VisitRow]) -> Records:
    """What the touched visits are made of: as written now, else as stored."""
    written = {
        rid: Part(rid, one.label, one.resource)
        for group in (found.parts, found.people)
        for rid, one in group.items()
        if one.resource is not None
    }
    taken = found.parts.keys() | found.people.keys()
    rids = set(_needed(found, old)) - taken
    conditions = _diagnosed(found) - {one.id for one in found.parts.values()}
    queries: list[tuple[Query, Params]] = [SEEING_ALL]
    if rids:
        queries.append((statements.CONTENTS, (sorted(rids),)))
    if conditions:
        queries.append((statements.CONDITIONS, (sorted(conditions),)))
    stored = {
        rid: Part(rid, Label(label), parse(content))
        for rows in (await tx.fetch_all(queries) if len(queries) > 1 else [[]])[1:]
        for rid, label, content in rows
    }
    return stored | written


def _needed(found: Touched, old: Iterable[VisitRow]) -> Iterator[int]:
    for row in old:
        if found.touches(row):
            yield from part_rids(row)
            if row.id not in found.encounters:
                yield row.rid
    yield from (one.pat for one in found.encounters.values() if one.resource and one.pat)


def _diagnosed(found: Touched) -> set[str]:
    """The Conditions that written Encounters name as diagnoses."""
    return {
        id for one in found.encounters.values() for id in diagnosis_ids(one.resource, found.refer)
    }


def diagnosis_ids(encounter: Resource | None, refer: References) -> list[str]:
    """The ids in Encounter.diagnosis."""
    named = (encounter or {}).get("diagnosis") or ()
    return [id for each in named if (id := refer.target(each.get("condition"), "Condition"))]


def sources(found: Touched, old: Iterable[VisitRow], known: Records) -> Iterator[Source]:
    """The touched visits that still are visits of somebody."""
    for one in found.encounters.values():
        if one.resource is not None and one.pat is not None:
            yield Source(
                one.bucket, one.rid, one.id, one.pat, one.ward, one.label, one.resource,
                one.last_updated, one.author, one.author_ward,
            )  # fmt: skip
    for row in old:
        if found.touches(row) and row.id not in found.encounters and row.rid in known:
            part = known[row.rid]
            yield Source(
                row.bucket, row.rid, row.id, row.pat, row.ward, part.label, part.resource,
                row.start, row.author, None,
            )  # fmt: skip


class Families:
    """Which of the known records belong to which visit."""

    def __init__(self, known: Records, refer: References) -> None:
        self._refer = refer
        self._naming: dict[str, list[Part]] = {}
        self._conditions: dict[str, Part] = {}
        for part in known.values():
            for id in refer.encounters(part.resource):
                self._naming.setdefault(id, []).append(part)
            if part.resource["resourceType"] == "Condition":
                self._conditions[part.resource["id"]] = part

    def of(self, source: Source) -> list[Part]:
        """The records that name a visit, and the Conditions that it names; by rid."""
        named = diagnosis_ids(source.encounter, self._refer)
        found = {part.rid: part for part in self._naming.get(source.id, ())}
        found |= {c.rid: c for id in named if (c := self._conditions.get(id))}
        return [found[rid] for rid in sorted(found)]
