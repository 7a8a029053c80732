"""Bring a database to this version's schema, and tell whether it is there."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import migrations


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    url = owner_url.replace("postgresql://", "postgresql+psycopg://", 1)
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Run what is missing, as the owner role; let the service see where the schema is."""
    command.upgrade(_config(owner_url), revision)
    with psycopg.connect(owner_url) as connection:
        connection.execute("GRANT SELECT ON alembic_version TO ehr_app, ehr_job")


def head() -> str:
    """The revision that this version of the code needs."""
    script = ScriptDirectory.from_config(_config(""))
    return script.get_current_head() or ""


def current(owner_url: str) -> str | None:
    """The revision a database is at; None before the first migration."""
    with psycopg.connect(owner_url) as connection:
        if connection.execute("SELECT to_regclass('alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return row[0] if row else None
