"""What PostgreSQL expects of a statement: EXPLAIN's JSON, read.

https://www.postgresql.org/docs/current/sql-explain.html. The statement is not run.
"""

from typing import Any


def planned_rows(explained: list[dict[str, Any]]) -> int:
    """The rows that the planner expects."""
    return int(explained[0]["Plan"]["Plan Rows"])
