"""The index of a record that becomes another patient's: which there are, and whose they are now.

No caller's predicate: `ehr.ingest.merge` has locked both Patients as the caller's own, and moves
what is theirs whether the caller may read it or not.
"""

OF_PATIENT = """
SELECT i.rid FROM resource_index i WHERE i.pat = %(pat)s AND i.rid <> %(pat)s
UNION SELECT r.rid FROM resource r WHERE r.pat = %(pat)s AND r.deleted AND r.rid <> %(pat)s"""
"""Numbers of a patient's records, deleted ones too; his own is not among them."""

GIVE = """
UPDATE resource_index i SET pat = %s FROM unnest(%s::bigint[]) AS t(rid)
WHERE i.bucket = (t.rid >> 48)::int AND i.rid = t.rid"""

_SIDES = ("index_key", "index_string", "index_date", "index_quantity", "index_text")
_PLACES = "unnest(%s::bigint[], %s::int[], %s::bigint[]) AS t(rid, ward, pat)"
SETTLE = (
    f"UPDATE resource_index i SET ward = t.ward, pat = t.pat FROM {_PLACES}"  # noqa: S608 - constants
    " WHERE i.bucket = (t.rid >> 48)::int AND i.rid = t.rid",
    *(
        f"UPDATE {table} i SET ward = t.ward FROM {_PLACES}"  # noqa: S608 - constants
        " WHERE i.bucket = (t.rid >> 48)::int AND i.rid = t.rid"
        for table in _SIDES
    ),
)
"""The index of records that now lie elsewhere: rids, wards and patients, one array each."""
