"""Bring a database to this version's schema, and tell whether it is there.

Alembic is imported where it is used: a service asks for `head` only, and starts a second sooner.
"""

from pathlib import Path

import psycopg

import migrations

FOLDER = Path(migrations.__file__).parent


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run what is missing, as the owner role; let the service see where the schema is."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    command.upgrade(config, revision)
    with psycopg.connect(owner_url) as connection:
        connection.execute("GRANT SELECT ON alembic_version TO ehr_app, ehr_job")


def head() -> str:
    """The revision that this version of the code needs: the number of the last migration."""
    return max(file.stem.partition("_")[0] for file in (FOLDER / "versions").glob("0*.py"))


def current(owner_url: str) -> str | None:
    """The revision a database is at; None before the first migration."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None
