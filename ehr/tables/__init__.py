"""Every table, one module each subject; `metadata` is what a database of this version holds.

What SQLModel cannot say (policies, functions, grants, storage parameters) is in the `.sql`
files beside the modules, applied in the order of `SQL_FILES`. `tests/migrations` compares a
database made from here with one made by the migrations.
"""

from importlib.resources import files

from sqlmodel import SQLModel

from ehr.tables import (
    async_request,
    audit,
    directory,
    fact,
    index,
    merge,
    profile,
    resource,
    search_parameter,
    sessions,
    visit,
)

__all__ = [
    "SQL_FILES",
    "async_request",
    "audit",
    "directory",
    "fact",
    "index",
    "merge",
    "metadata",
    "profile",
    "resource",
    "search_parameter",
    "sessions",
    "sql",
    "visit",
]

metadata = SQLModel.metadata

SQL_FILES = ("storage.sql", "functions.sql", "policies.sql", "grants.sql")


def sql(name: str) -> str:
    """The text of one `.sql` file of this package."""
    return files(__name__).joinpath(name).read_text("utf-8")
