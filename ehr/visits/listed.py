"""One visit in a list, and the part of the SQL that every list of visits shares.

The caller's wards, grants and labels are in the query itself; row-level security on `visit` and
on the Patient's content is the net under it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from ehr.access import Access
from ehr.db import Row
from ehr.fhir.resource import Resource
from ehr.located import located
from ehr.visits.dimensions import INSURED, UNINSURED

_INSURED = {INSURED: True, UNINSURED: False}

COLUMNS = f"""
  v.rid, v.pat, v.id, v.start, v.counted, v.insurance, v.kind, v.place, w.code, w.name, v.author,
  a.name, v.detail, p.content, v.label | p.label
FROM visit v
CROSS JOIN LATERAL {located("(SELECT v.pat AS rid) AS whose")} o
JOIN resource p ON p.bucket = o.bucket AND p.rid = o.rid
LEFT JOIN ward w ON w.id = v.place LEFT JOIN account a ON a.id = v.author"""

VISIBLE = """
  (%(every_ward)s OR v.ward = ANY (%(wards)s) OR app_granted(v.pat))
  AND v.label & ~%(labels)s = 0 AND p.label & ~%(labels)s = 0"""


@dataclass(frozen=True, slots=True)
class Place:
    """The ward where a visit happened."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit as lists show it; `detail` is the document of `ehr.visits.detail`."""

    rid: int
    pat: int
    """The patient's rid, for the audit."""
    id: str
    start: datetime
    counted: bool
    insurance: bool | None
    kind: str | None
    """MA_LOAI_KCB."""
    place: Place | None
    """None when it happened in no ward of the city."""
    author: int | None
    """Row id in `account`."""
    author_name: str | None
    detail: dict[str, Any]
    patient: Resource
    """The Patient resource, for its name, sex and birth date."""
    label: int
    """For the audit."""


def caller(access: Access) -> dict[str, Any]:
    """The parameters of VISIBLE."""
    return {
        "every_ward": access.every_ward,
        "wards": sorted(access.wards),
        "labels": int(access.labels),
    }


def visits(rows: list[Row]) -> list[Visit]:
    """Rows of COLUMNS, without what was entered in error."""
    found = [_visit(row) for row in rows]
    return [visit for visit in found if visit.detail.get("status") != "entered-in-error"]


def _visit(row: Row) -> Visit:
    rid, pat, id, start, counted, insurance, kind, place, code, name, author, by, *rest = row
    detail, patient, label = rest
    return Visit(
        rid=rid,
        pat=pat,
        id=id,
        start=start,
        counted=counted,
        insurance=_INSURED.get(insurance),
        kind=kind,
        place=Place(place, code, name) if code is not None else None,
        author=author,
        author_name=by,
        detail=orjson.loads(detail),
        patient=orjson.loads(patient),
        label=label,
    )
