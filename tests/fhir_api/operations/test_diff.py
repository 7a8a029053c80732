"""$diff over HTTP: versions of a record, and two of one type, as the caller may read them."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, NEIGHBOUR, Answer, Api
from fixtures.patching import applied


@pytest.fixture
async def path(api: Api) -> str:
    """A patient with three versions."""
    id = await api.create(records.patient())
    for number in ("0912345678", "0912345679"):
        current = (await api.get(f"Patient/{id}")).json
        phone = [{"system": "phone", "value": number}]
        await api.put(f"Patient/{id}", current | {"telecom": phone})
    return f"Patient/{id}"


def paths(reply: Answer) -> list[str]:
    assert reply.status == 200, reply.body
    assert reply.json["resourceType"] == "Parameters"
    return [one["part"][1]["valueString"] for one in reply.json.get("parameter", ())]


@pytest.mark.proves("operations/diff")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Patient.telecom[0].value"]),
        ("fromVersion=1", ["Patient"]),
        ("fromVersion=1&toVersion=2", ["Patient"]),
        ("toVersion=2", ["Patient"]),
        ("toVersion=1", []),
        ("fromVersion=3&toVersion=1", ["Patient.telecom[0]"]),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_versions_of_a_record(
    api: Api, path: str, query: str, expected: list[str], method: str
) -> None:
    assert paths(await api.ask(method, f"{path}/$diff?{query}")) == expected


@pytest.mark.proves("operations/diff")
async def test_applied_to_the_one_it_makes_the_other(api: Api, path: str) -> None:
    other = f"Patient/{await api.create(records.patient() | {'gender': 'female'})}"
    reply = await api.get(f"$diff?from={path}/_history/1&to={other}")
    made = applied((await api.get(f"{path}/_history/1")).json, reply.json["parameter"])
    moved = {"id", "meta"}
    expected = (await api.get(other)).json
    assert {k: v for k, v in made.items() if k not in moved} == {
        k: v for k, v in expected.items() if k not in moved
    }
    assert paths(await api.get(f"$diff?from={path}&to={path}/_history/2")) == [
        "Patient.telecom[0].value"
    ]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "required"),
        ("from={p}", 400, "required"),
        ("from={p}&to=nobody", 400, "value"),
        ("from={p}&to=http://x.org/Patient/1", 400, "value"),
        ("from={p}&from={p}&to={p}", 400, "invalid"),
        ("from={p}&to={visit}", 400, "value"),
        ("from={p}&to=Patient/nobody", 404, "not-found"),
        ("from={p}&to={p}/_history/9", 404, "not-found"),
        ("from={p}&to={p}/_history/x", 404, "not-found"),
    ],
)
async def test_a_bad_request_is_refused(
    api: Api, path: str, query: str, status: int, code: str
) -> None:
    visit = f"Encounter/{await api.create(records.encounter(path))}"
    reply = await api.get(f"$diff?{query.format(p=path, visit=visit)}")
    assert (reply.status, reply.codes) == (status, [code])


@pytest.mark.parametrize("query", ["fromVersion=9", "toVersion=x", "fromVersion=-1"])
async def test_a_version_that_is_not_there_is_not_found(api: Api, path: str, query: str) -> None:
    reply = await api.get(f"{path}/$diff?{query}")
    assert (reply.status, reply.codes) == (404, ["not-found"])


async def test_what_is_deleted_is_gone(api: Api, path: str) -> None:
    await api.delete(path)
    assert (await api.get(f"{path}/$diff")).status == 410
    assert (await api.get(f"$diff?from={path}/_history/1&to={path}/_history/2")).status == 200
    assert (await api.get(f"$diff?from={path}/_history/1&to={path}/_history/4")).status == 410


async def test_both_sides_are_read_as_the_caller(api: Api, path: str) -> None:
    mine = f"Patient/{await api.create(records.patient(), who=NEIGHBOUR)}"
    for query in (f"from={mine}&to={path}", f"from={path}&to={mine}", f"from={path}&to={path}"):
        reply = await api.get(f"$diff?{query}", who=NEIGHBOUR)
        missing = await api.get("$diff?from=Patient/nobody&to=Patient/nobody", who=NEIGHBOUR)
        assert (reply.status, reply.body) == (missing.status, missing.body) == (404, reply.body)
    assert (await api.get(f"$diff?from={path}&to={path}", who=None)).status == 401
    assert (await api.get(f"$diff?from={path}&to={path}", who=ANALYST)).status == 403
    scope = "user/Observation.r"
    assert (await api.get(f"$diff?from={path}&to={path}", scope=scope)).status == 403
