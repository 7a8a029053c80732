"""Bring a database to this version's schema, and tell whether it is there.

Alembic is imported where it is used: a service asks for `head` only, and starts a second sooner.
"""

from datetime import datetime
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier, Literal

import migrations
from ehr import clock
from ehr.errors import EhrError

MONTHS = 24
"""Months from this one on that have a part of the audit of their own."""
_MAY_BE_MADE = """
SELECT to_regclass(%s) IS NULL
  AND NOT EXISTS (SELECT FROM audit_event_default WHERE at >= %s AND at < %s)"""
_MONTH = SQL("CREATE TABLE {} PARTITION OF audit_event FOR VALUES FROM ({}) TO ({})")

FOLDER = Path(migrations.__file__).parent


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run what is missing, as the owner role; let the service see where the schema is.

    The audit gets its parts for the months to come.
    """
    _refuse_newer(owner_url)
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, revision)
    with psycopg.connect(owner_url) as connection:
        connection.execute("GRANT SELECT ON alembic_version TO ehr_app, ehr_job")
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET lock_timeout = '5s'")
        make_months(connection, clock.now())


def make_months(connection: psycopg.Connection, now: datetime) -> None:
    """Partitions of `audit_event`, a month of Hanoi each, from that of `now` on.

    Nobody is granted anything on them: they are written and read through `audit_event`. A month
    of which an event is in the default partition already cannot have one, and stays there.
    """
    today = now.astimezone(clock.HANOI)
    this = 12 * today.year + today.month - 1
    for month in range(this, this + MONTHS):
        first, end = _begins(month), _begins(month + 1)
        name = f"audit_event_{first:%Y_%m}"
        if connection.execute(_MAY_BE_MADE, (name, first, end)).fetchone() == (True,):
            connection.execute(_MONTH.format(Identifier(name), Literal(first), Literal(end)))


def _begins(month: int) -> datetime:
    """When a month begins in Hanoi, given its number since the year 0."""
    return datetime(month // 12, month % 12 + 1, 1, tzinfo=clock.HANOI)


class NewerSchema(EhrError):
    """A later version of the code made this schema."""


def _refuse_newer(owner_url: str) -> None:
    at = current(owner_url)
    if at is not None and at not in _revisions():
        raise NewerSchema(
            f"The database is at {at}, of a later version than this one, which needs {head()}:"
            " run that version, or one after it."
        )


def _revisions() -> set[str]:
    return {file.stem.partition("_")[0] for file in (FOLDER / "versions").glob("0*.py")}


def head() -> str:
    """The revision that this version of the code needs: the number of the last migration."""
    return max(_revisions())


def current(owner_url: str) -> str | None:
    """The revision a database is at; None before the first migration."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None
