"""A patch of a large record keeps nobody waiting: between its steps the others have their turn."""

import asyncio
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Api

from ehr.ingest import save
from fhir_api.interactions import patch


async def test_the_others_have_their_turn_between_its_steps(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns, seen = 0, list[int]()

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    def watch(module: Any, name: str) -> None:
        step = getattr(module, name)

        def watched(*given: Any) -> Any:
            seen.append(turns)
            return step(*given)

        monkeypatch.setattr(module, name, watched)

    # The document and the record are read, what it leaves is read again and checked, and stored.
    for module, name in ((patch, "parse"), (patch, "check"), (save, "require_valid")):
        watch(module, name)
    path = f"Patient/{await api.create(records.patient())}"
    seen.clear()
    document = b'[{"op":"replace","path":"/gender","value":"female"}]'
    headers = {"Content-Type": "application/json-patch+json"}
    task = asyncio.create_task(other())
    reply = await api.ask("PATCH", path, content=document, headers=headers)
    task.cancel()
    assert reply.status == 200, reply.body
    assert len(set(seen)) == len(seen) == 5
