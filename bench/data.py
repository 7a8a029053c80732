"""The databases that are measured: few wards, ten times as many, one ten times as large."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from ehr import config, migrate, secrets
from ehr.clock import HANOI
from ehr.config import Settings
from ehr.db import Database
from ehr.directory.wards import all_wards
from ehr.embedded import Embedded
from ehr.records import probed
from ehr.search import hashing
from ehr.urls import urls
from seed.load import load, vacuum
from seed.plan import Plan, WardPlan

UNTIL = datetime(2026, 10, 30, 16, 0, tzinfo=HANOI)
DAYS = 180
FIRST_WARD = "00004"


@dataclass(frozen=True, slots=True)
class Scale:
    """So many wards of equal size; `factor` makes the first ward larger."""

    name: str
    wards: int
    residents: int
    factor: int = 1


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database that is running and filled."""

    scale: Scale
    settings: Settings
    server: Embedded
    resources: int
    bytes_a_resource: int


@contextmanager
def loaded(scale: Scale, port: int) -> Iterator[Loaded]:
    """A database of `scale`, dropped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="tram-bench-"))
    folder.chmod(0o755)
    settings = config.from_environment({"EHR_DATA_DIR": str(folder), "PORT": str(port)})
    server = Embedded(folder)
    try:
        with server.owned():
            migrate.upgrade(urls(settings).owner)
            hashing.install(secrets.load(folder).hash, (settings.fhir_base,))
            asyncio.run(_fill(settings, scale))
            vacuum(urls(settings).owner)
            yield Loaded(scale, settings, server, *_size(server))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def use(found: Loaded) -> None:
    """Let this process compile for `found`: by its key, and by what is found out there alone."""
    hashing.install(secrets.load(found.settings.data_dir).hash, (found.settings.fhir_base,))
    probed.lately.clear()


async def _fill(settings: Settings, scale: Scale) -> None:
    db = await Database.open(urls(settings).app, size=4, name="bench-seed")
    try:
        await load(db, Plan(1, UNTIL, (), DAYS))
        codes = [ward.code for ward in await all_wards(db)][: scale.wards]
        plans = tuple(
            WardPlan(code, scale.residents * (scale.factor if code == FIRST_WARD else 1))
            for code in codes
        )
        await load(db, Plan(1, UNTIL, plans, DAYS))
    finally:
        await db.close()


def _size(server: Embedded) -> tuple[int, int]:
    """Resources, and bytes each with content, history, directory and indexes."""
    with psycopg.connect(server.url("postgres")) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM resource), sum(pg_total_relation_size(relid))"
            " FROM pg_stat_user_tables WHERE relname IN ('resource', 'resource_history',"
            " 'resource_directory', 'resource_index', 'index_key', 'index_string', 'index_date',"
            " 'index_quantity', 'index_text', 'index_phrase')"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1] / row[0])


def environment(found: Loaded) -> dict[str, str]:
    """What the processes that serve it are started with."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("EHR_")}
    return kept | {
        "PORT": str(found.settings.port),
        "EHR_DATA_DIR": str(found.settings.data_dir),
        "EHR_LOG_LEVEL": "INFO",
    }
