"""The event of a reading has the labels of what was shown, like the event of a write."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import SYSTEM, Api
from fixtures.later import Worker, answered, sql, worker

from ehr.access import Label
from ehr.embedded import Embedded

__all__ = ["sql", "worker"]


@pytest.fixture
def labels(postgres: Embedded, clone: str) -> Callable[[str], list[int]]:
    """The labels of all events of an action until now."""

    def of(action: str) -> list[int]:
        with psycopg.connect(postgres.url("postgres", clone)) as connection:
            rows = connection.execute(
                "SELECT label FROM audit_event WHERE action = %s ORDER BY at, id", (action,)
            )
            return [label for (label,) in rows]

    return of


async def test_what_is_read_and_found(committing: Api, labels: Callable[[str], list[int]]) -> None:
    api = committing
    who = await api.create(records.patient(), who=SYSTEM)
    plain = await api.create(records.condition(who, None, "I10"), who=SYSTEM)
    hidden = await api.create(records.condition(who, None, "B20"), who=SYSTEM)
    found = f"Condition?patient={who}"
    for action, asked in {
        "read": [f"Condition/{plain}", f"Condition/{hidden}"],
        "vread": [f"Condition/{plain}/_history/1", f"Condition/{hidden}/_history/1"],
        "history-instance": [f"Condition/{plain}/_history", f"Condition/{hidden}/_history"],
        "search-type": [f"{found}&code=I10", found],
        "history-type": ["Patient/_history", "Condition/_history"],
        "$everything": [f"Patient/{who}/$everything?_type=Patient", f"Patient/{who}/$everything"],
        "$meta": [f"Condition/{plain}/$meta", f"Condition/{hidden}/$meta"],
        "$validate": [f"Condition/{plain}/$validate", f"Condition/{hidden}/$validate"],
    }.items():
        for url in asked:
            assert (await api.get(url, who=SYSTEM)).status == 200, url
        assert labels(action) == [0, Label.HIV], action


async def test_what_is_fetched_later(
    committing: Api, worker: Worker, labels: Callable[[str], list[int]]
) -> None:
    who = await committing.create(records.patient(), who=SYSTEM)
    await committing.create(records.condition(who, None, "B20"), who=SYSTEM)
    for kind in ("Patient", "Patient,Condition"):
        path = f"Patient/{who}/$everything?_type={kind}"
        await answered(committing, worker, path, who=SYSTEM)
    assert labels("async-status") == [0, Label.HIV]


async def test_what_comes_along_and_what_a_key_gives_again(
    committing: Api, labels: Callable[[str], list[int]]
) -> None:
    api = committing
    who = await api.create(records.patient(), who=SYSTEM)
    body: dict[str, Any] = records.condition(who, None, "B20")
    once = {"Idempotency-Key": "once"}
    for _ in range(2):
        reply = await api.post("Condition", body, who=SYSTEM, headers=once)
        assert reply.status == 201
    await api.get(f"Patient?_id={who}&_revinclude=Condition:patient", who=SYSTEM)
    assert labels("create") == [0, Label.HIV, Label.HIV]
    assert labels("search-type") == [Label.HIV]
