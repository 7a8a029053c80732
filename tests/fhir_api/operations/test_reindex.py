"""$reindex: asked by the system alone, told as it goes."""

import pytest
from fixtures.fhir import ANALYST, HOSPITAL, NURSE, SYSTEM, Api

from ehr.directory import index_state
from ehr.directory.index_state import IndexState
from ehr.search.version import INDEX_VERSION

pytestmark = pytest.mark.proves("operations/reindex")


async def test_it_is_asked_for_and_told_of(api: Api) -> None:
    async with api.db.administration() as tx:
        await index_state.write(tx, IndexState(INDEX_VERSION, done=7, total=7))
    told = await api.get("$reindex", who=SYSTEM)
    assert told.status == 200
    assert told.json["parameter"] == [
        {"name": "status", "valueCode": "completed"},
        {"name": "done", "valueInteger": 7},
        {"name": "total", "valueInteger": 7},
    ]
    asked = await api.post("$reindex", who=SYSTEM)
    assert asked.status == 202
    assert asked.json["parameter"] == [
        {"name": "status", "valueCode": "in-progress"},
        {"name": "done", "valueInteger": 0},
    ]
    assert not (await index_state.read(api.db)).is_current


async def test_asked_again_it_goes_on(api: Api) -> None:
    async with api.db.administration() as tx:
        await index_state.write(tx, IndexState(0, 4, 9, 5, 20))
    assert (await api.post("$reindex", who=SYSTEM)).json["parameter"][1]["valueInteger"] == 5
    assert (await index_state.read(api.db)).rid == 9


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_nobody_else_may(api: Api, method: str) -> None:
    assert (await api.ask(method, "$reindex", who=None)).status == 401
    for who in (NURSE, HOSPITAL, ANALYST):
        reply = await api.ask(method, "$reindex", who=who)
        assert (reply.status, reply.codes) == (403, ["forbidden"])


async def test_other_parameters_are_refused(api: Api) -> None:
    reply = await api.post("$reindex?type=Patient", who=SYSTEM)
    assert (reply.status, reply.codes) == (400, ["not-supported"])
