"""A large transaction keeps nobody waiting: between its entries the others have their turn."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Answer, Api

from ehr import turns
from ehr.fhir.resource import Resource
from fhir_api.bundles import bundle

ENTRIES = 30
WHO = "urn:uuid:3f1b1a1e-0000-4000-8000-000000000001"
LONG = frozenset(
    {
        *("plan", "_carry_out", "settle", "_save", "_replies"),
        *("_check", "require_kept", "find", "implied", "_written", "_index_statements", "_rebuilt"),
    }
)
"""The functions that go through all entries."""


@pytest.fixture(autouse=True)
def at_every_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause at each entry, however fast it was."""
    monkeypatch.setattr(turns, "HOLD_SECONDS", 0)


def transaction() -> Resource:
    subject = {"subject": {"reference": WHO}}
    made = [
        {
            "fullUrl": f"urn:uuid:3f1b1a1e-0000-4000-8001-{n:012x}",
            "resource": records.encounter("x") | subject,
            "request": {"method": "POST", "url": "Encounter"},
        }
        for n in range(ENTRIES)
    ]
    patient = {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"fullUrl": WHO} | patient, *made],
    }


def pausing(task: asyncio.Task[Any]) -> str | None:
    """The function in which a task lets others on, if that is what it waits for."""
    names, waits = [], task.get_coro()
    while getattr(waits, "cr_await", None) is not None:
        names.append(waits.cr_code.co_qualname)  # type: ignore[union-attr] # it is a coroutine
        waits = waits.cr_await  # type: ignore[union-attr]
    if "InTurns.__anext__" not in names:
        return None
    return names[names.index("InTurns.__anext__") - 1].partition(".<locals>")[0]


async def answered(api: Api, body: Resource) -> tuple[Answer, set[str]]:
    """The reply, and the functions in which others were on at each entry."""
    task = asyncio.create_task(api.post("", body))
    seen: Counter[str | None] = Counter()
    while not task.done():
        seen[pausing(task)] += 1
        await asyncio.sleep(0)
    return task.result(), {name for name, count in seen.items() if name and count >= ENTRIES}


@pytest.mark.parametrize("beside", [False, True], ids=["parsed at once", "parsed beside"])
async def test_every_step_lets_the_others_on(
    api: Api, monkeypatch: pytest.MonkeyPatch, *, beside: bool
) -> None:
    if beside:
        monkeypatch.setattr(bundle, "_LARGE", 0)
    reply, paused = await answered(api, transaction())
    assert reply.status == 200
    assert paused >= LONG


@pytest.mark.parametrize(
    ("wrong", "status", "where"),
    [
        ({"status": 1}, 400, "_invalid"),
        ({"partOf": {"reference": "Encounter/none"}}, 422, "_referring"),
    ],
)
async def test_so_does_a_refusal(api: Api, wrong: Resource, status: int, where: str) -> None:
    sent = transaction()
    sent["entry"][-1]["resource"] |= wrong
    reply, paused = await answered(api, sent)
    assert reply.status == status
    assert where in paused
    assert reply.json["issue"][0]["expression"][0].startswith(f"Bundle.entry[{ENTRIES}].resource.")
