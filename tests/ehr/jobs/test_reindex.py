"""The index made anew: equal to what writes make, resumed after a kill, beside writers."""

import asyncio

import psycopg
import pytest
from fixtures.searching import observation, organizations, patient, store

from ehr.db import Database
from ehr.directory import index_state
from ehr.embedded import Embedded
from ehr.jobs import reindex as job
from ehr.jobs.reindex import reindex, reindex_some
from ehr.search.version import INDEX_VERSION

TABLES = {
    "resource_index": "bucket, rid, rtype, ward, pat, label, lu, dlo, code, enc, tok, self",
    "index_key": "bucket, rid, v, ward",
    "index_string": "bucket, rid, param, ward, comp, v",
    "index_date": "bucket, rid, param, ward, lo, hi",
    "index_quantity": "bucket, rid, param, ward, comp, unit, v",
}


@pytest.fixture
async def filled(committed: Database) -> Database:
    await organizations(committed)
    await store(committed, patient("a", birthDate="1960", name=[{"family": "Nguyễn"}]))
    for number in range(7):
        await store(committed, observation(f"o{number}", "a", valueInteger=number))
    return committed


def rows(postgres: Embedded, clone: str) -> dict[str, list[tuple[object, ...]]]:
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        return {
            table: sorted(connection.execute(f"SELECT {columns} FROM {table}").fetchall(), key=repr)
            for table, columns in TABLES.items()
        }


def damage(postgres: Embedded, clone: str) -> None:
    """As an older version would have left it."""
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        connection.execute("UPDATE resource_index SET self = 0, tok = '{}', code = NULL")
        for table in list(TABLES)[1:]:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("DELETE FROM system_state WHERE key LIKE 'index.%'")


async def test_it_makes_what_a_write_makes(
    filled: Database, jobs: Database, postgres: Embedded, clone: str
) -> None:
    before = rows(postgres, clone)
    damage(postgres, clone)
    seen: list[tuple[int, int]] = []
    assert await reindex(jobs, lambda done, total: seen.append((done, total))) == 11
    assert rows(postgres, clone) == before
    assert seen == [(11, 11)]
    assert (await index_state.read(jobs)).version == INDEX_VERSION
    assert await reindex(jobs) == 0


async def test_a_new_database_needs_none(jobs: Database) -> None:
    assert await reindex(jobs) == 0
    assert (await index_state.read(jobs)).is_current


async def test_what_is_interrupted_goes_on(
    filled: Database,
    jobs: Database,
    postgres: Embedded,
    clone: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = rows(postgres, clone)
    damage(postgres, clone)
    monkeypatch.setattr(job, "BATCH", 4)
    assert await reindex(jobs, batches=1) == 4
    state = await index_state.read(jobs)
    assert (state.done, state.total, state.is_current) == (4, 11, False)
    assert await reindex(jobs) == 7
    assert rows(postgres, clone) == before


async def test_two_at_once_do_it_once(
    filled: Database, jobs: Database, postgres: Embedded, clone: str
) -> None:
    damage(postgres, clone)
    done = await asyncio.gather(*(reindex(jobs) for _ in range(3)))
    while not (await index_state.read(jobs)).is_current:
        done.append(await reindex_some(jobs))
    assert sum(done) == 11


async def test_a_writer_beside_it_is_not_undone(
    filled: Database,
    jobs: Database,
    postgres: Embedded,
    clone: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(job, "BATCH", 1)
    damage(postgres, clone)
    writes = (store(filled, observation(f"o{n}", "a", valueInteger=100 + n)) for n in range(7))
    await asyncio.gather(reindex(jobs), *writes)
    after = rows(postgres, clone)
    async with jobs.administration() as tx:
        await index_state.ask_again(tx)
    assert await reindex(jobs) == 11
    assert rows(postgres, clone) == after


async def test_what_names_a_patient_and_lay_with_its_author_comes_to_the_patient(
    filled: Database, jobs: Database, postgres: Embedded, clone: str
) -> None:
    device = {"resourceType": "Device", "id": "d", "patient": {"reference": "Patient/a"}}
    await store(filled, {**device, "identifier": [{"system": "urn:s", "value": "1"}]})
    await store(filled, {**device, "identifier": [{"system": "urn:s", "value": "2"}]})
    before, versions = rows(postgres, clone), lying(postgres, clone)
    assert {pat for _, _, pat in versions} != {None}
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        for table in ("resource", "resource_history"):
            connection.execute(
                f"UPDATE {table} SET ward = 0, pat = NULL"
                " WHERE rid IN (SELECT rid FROM resource_directory WHERE id = 'd')"
            )
        connection.execute("DELETE FROM system_state WHERE key LIKE 'index.%'")
    assert await reindex(jobs) == 12
    assert rows(postgres, clone) == before
    assert lying(postgres, clone) == versions


def lying(postgres: Embedded, clone: str) -> list[tuple[object, ...]]:
    """Where the versions of the device lie: which, ward and patient."""
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        return connection.execute(
            "SELECT v.version, v.ward, v.pat FROM resource_directory d JOIN ("
            " SELECT rid, version, ward, pat FROM resource UNION ALL"
            " SELECT rid, version, ward, pat FROM resource_history) v USING (rid)"
            " WHERE d.id = 'd' ORDER BY v.version"
        ).fetchall()
