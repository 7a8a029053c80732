"""The SQL of the projection: a few multi-row statements, whatever the number of visits."""

from dataclasses import fields

from ehr.fhir.definitions import type_number
from ehr.located import located
from ehr.visits.measures import VISITS
from ehr.visits.row import VisitRow

_TYPES = {
    "bucket": "int", "rid": "bigint", "id": "text", "pat": "bigint", "ward": "int",
    "place": "int", "label": "int", "day": "date", "start": "timestamptz", "counted": "bool",
    "band": "smallint", "sex": "smallint", "chapter": "smallint", "insurance": "smallint",
    "icd": "text", "kind": "text", "systolic": "smallint", "diastolic": "smallint",
    "author": "int", "detail": "bytea",
}  # fmt: skip
NAMES = tuple(each.name for each in fields(VisitRow))
_COLUMNS = ", ".join(NAMES)
_ARRAYS = ", ".join(f"%b::{_TYPES[name]}[]" for name in NAMES)
_UPDATED = ", ".join(f"{name} = excluded.{name}" for name in NAMES if name not in {"bucket", "rid"})
_CELL = "band, sex, chapter, insurance"

# Every piece put together here is a constant of this module; values travel as parameters.

OLD = f"""
SELECT {", ".join(f"v.{name}" for name in NAMES)} FROM visit v JOIN (
  SELECT (rid >> 48)::int AS bucket, rid FROM unnest(%b::bigint[]) AS known(rid)
  UNION SELECT (d.rid >> 48)::int, d.rid FROM resource_directory d
    WHERE d.rtype = {type_number("Encounter")} AND d.id = ANY (%b::text[])
  UNION SELECT p.bucket, p.rid FROM visit p WHERE p.pat = ANY (%b::bigint[])
) touched ON v.bucket = touched.bucket AND v.rid = touched.rid
ORDER BY v.rid FOR UPDATE OF v"""  # noqa: S608 - constants
"""Rows of visits by rid, by Encounter id and by patient, locked in one order."""

CONTENTS = f"""
SELECT r.rid, r.label, r.content FROM {located("unnest(%b::bigint[]) AS t(rid)")} t
JOIN resource r ON r.bucket = t.bucket AND r.rid = t.rid
WHERE NOT r.deleted ORDER BY r.rid"""  # noqa: S608 - constants
"""Records by rid."""

_NAMED = f"resource_directory WHERE rtype = {type_number('Condition')} AND id = ANY (%b::text[])"
CONDITIONS = f"""
SELECT r.rid, r.label, r.content FROM {located(_NAMED)} d
JOIN resource r ON r.bucket = d.bucket AND r.rid = d.rid
WHERE NOT r.deleted ORDER BY r.rid"""  # noqa: S608 - constants
"""Conditions by id."""

WRITE = f"""
WITH given AS (
  SELECT * FROM unnest({_ARRAYS}, %b::text[]) AS t({_COLUMNS}, organization)
), placed AS (
  SELECT {", ".join(f"g.{name}" for name in NAMES if name != "place")},
         CASE WHEN g.organization IS NULL THEN g.place ELSE coalesce(w.id, 0) END AS place
  FROM given g LEFT JOIN ward w ON w.organization_id = g.organization
), saved AS (
  INSERT INTO visit ({_COLUMNS}) SELECT {_COLUMNS} FROM placed
  ON CONFLICT (bucket, rid) DO UPDATE SET {_UPDATED}
)
INSERT INTO fact_delta (place, day, measure, {_CELL}, value)
SELECT place, day, {VISITS}, {_CELL}, sum(value) FROM (
  SELECT place, day, {_CELL}, 1 AS value FROM placed WHERE counted
  UNION ALL
  SELECT place, day, {_CELL}, -1 FROM unnest(%b::int[], %b::date[], %b::smallint[],
    %b::smallint[], %b::smallint[], %b::smallint[]) AS old(place, day, {_CELL})
) changed GROUP BY place, day, {_CELL} HAVING sum(value) <> 0"""  # noqa: S608 - constants
"""Upsert visit rows, each with the Organization that decides its place, and add what that changes
in the figures; the last six arrays are the cells in which the old rows were counted."""

DELETE = """
DELETE FROM visit v USING unnest(%b::int[], %b::bigint[]) AS t(bucket, rid)
WHERE v.bucket = t.bucket AND v.rid = t.rid"""
