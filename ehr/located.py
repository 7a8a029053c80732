"""Where a row lies, told so that row-level security lets the index be used.

A row's number gives its bucket, `rid >> 48`. PostgreSQL takes a shift for an operator that could
leak what it is given, and works it out only after the policy of the table has been asked: joined
by `r.bucket = (d.rid >> 48)::int` the primary key (bucket, rid) is searched once for each bucket of
the city, or read whole before PostgreSQL 18. A column that was worked out before, in a query that
`OFFSET 0` keeps apart, is compared by `=`, which leaks nothing (docs/decisions/located-rows.md).
"""


def located(source: str, *columns: str) -> str:
    """A table of the `rid` of `source`, its `bucket` and `columns`, to be joined by both."""
    chosen = ", ".join(("rid", "(rid >> 48)::int AS bucket", *columns))
    return f"(SELECT {chosen} FROM {source} OFFSET 0)"  # noqa: S608 - constants of the callers
