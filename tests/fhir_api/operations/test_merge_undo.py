"""$merge-undo: exactly as before, while nothing newer stands in the way."""

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import SYSTEM, Api
from fixtures.merging import appoint, ask, made, refer, state

from ehr.embedded import Embedded


@pytest.fixture
async def ids(api: Api, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A source and a target with what is theirs, and somebody who may merge them."""
    await appoint(api, monkeypatch)
    return await made(api)


@pytest.mark.proves("operations/merge")
async def test_undoing_restores_exactly(api: Api, ids: dict[str, str]) -> None:
    await refer(api, ids["source"])
    before = await state(api, ids)
    for _ in range(2):
        assert (await ask(api, "$merge", ids)).status == 200
        assert await state(api, ids) != before
        reply = await ask(api, "$merge-undo", ids)
        assert reply.status == 200, reply.body
        assert await state(api, ids) == before
    assert (await api.get(f"Observation/{ids['weight']}")).json["meta"]["versionId"] == "5"
    assert (await api.get(f"Observation/{ids['gone']}")).status == 410
    again = await ask(api, "$merge-undo", ids)
    assert (again.status, again.codes) == (422, ["business-rule"])


async def test_what_is_new_since_stays_where_it_was_written(api: Api, ids: dict[str, str]) -> None:
    await ask(api, "$merge", ids)
    new = await api.create(records.observation(ids["target"]))
    assert (await ask(api, "$merge-undo", ids)).status == 200
    assert new in (await api.get(f"Observation?patient={ids['target']}")).ids


@pytest.mark.parametrize(
    ("kind", "name", "method"),
    [
        ("Observation", "weight", "PUT"),
        ("Observation", "weight", "DELETE"),
        ("Patient", "source", "PUT"),
        ("Patient", "target", "PUT"),
    ],
)
async def test_what_was_changed_since_is_not_undone(
    api: Api, ids: dict[str, str], kind: str, name: str, method: str
) -> None:
    await ask(api, "$merge", ids)
    path = f"{kind}/{ids[name]}"
    changed = (await api.get(path)).json
    assert (await api.ask(method, path, body=changed if method == "PUT" else None)).status < 300
    before = await state(api, ids) if method == "PUT" else None
    reply = await ask(api, "$merge-undo", ids)
    assert (reply.status, reply.codes) == (409, ["conflict"])
    assert before is None or await state(api, ids) == before


async def test_a_label_given_since_is_kept(api: Api, ids: dict[str, str]) -> None:
    await ask(api, "$merge", ids)
    tag = {"tag": [{"system": "urn:x", "code": "a"}]}
    body = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": tag}]}
    await api.post(f"Observation/{ids['weight']}/$meta-add", body)
    assert (await ask(api, "$merge-undo", ids)).status == 200
    assert (await api.get(f"Observation/{ids['weight']}")).json["meta"]["tag"] == tag["tag"]


CELLS = """
SELECT day, band, sum(value) FROM fact_delta GROUP BY place, day, band, sex, chapter, insurance
HAVING sum(value) <> 0 ORDER BY day, band"""


async def test_figures_are_those_of_the_person_who_remains(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    ids = await made(api)
    young = (await api.get(f"Patient/{ids['target']}")).json | {"birthDate": "2020-01-01"}
    assert (await api.put(f"Patient/{ids['target']}", young)).status == 200
    with psycopg.connect(postgres.url("postgres", clone), autocommit=True) as connection:
        before = connection.execute(CELLS).fetchall()
        assert (await ask(api, "$merge", ids, who=SYSTEM)).status == 200
        merged = connection.execute(CELLS).fetchall()
        assert (await ask(api, "$merge-undo", ids, who=SYSTEM)).status == 200
        assert connection.execute(CELLS).fetchall() == before
        actions = connection.execute(
            "SELECT action, entity, cardinality(patients) FROM audit_event"
            " WHERE starts_with(action, '$merge') AND entity = 'Observation/' || %s ORDER BY id",
            (ids["weight"],),
        ).fetchall()
    assert [count for _, _, count in merged] == [count for _, _, count in before] == [1]
    assert merged != before
    weight = f"Observation/{ids['weight']}"
    assert actions == [("$merge", weight, 2), ("$merge-undo", weight, 2)]
