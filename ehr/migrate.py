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
_LAST_OUTSIDE = "SELECT max(at) FROM audit_event_default"
_HAS_NONE = "SELECT to_regclass(%s) IS NULL"
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
    (last,) = connection.execute(_LAST_OUTSIDE).fetchone() or (None,)
    taken = _month(last) if last else 0
    for number in range(_month(now), _month(now) + MONTHS):
        name = f"audit_event_{_first(number):%Y_%m}"
        if number > taken and connection.execute(_HAS_NONE, (name,)).fetchone() == (True,):
            bounds = (Literal(_first(number)), Literal(_first(number + 1)))
            connection.execute(_MONTH.format(Identifier(name), *bounds))


def _month(instant: datetime) -> int:
    """Its number since the year 0."""
    day = instant.astimezone(clock.HANOI)
    return 12 * day.year + day.month - 1


def _first(month: int) -> datetime:
    """When a month begins in Hanoi."""
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
