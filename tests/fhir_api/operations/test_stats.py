"""$stats: one Observation a code, its figures as components, and the sources where asked."""

from datetime import timedelta
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import HOSPITAL, NEIGHBOUR, SYSTEM, Answer, Api

from ehr import clock
from ehr.fhir.resource import Resource
from ehr.fhir.validate import check

LOINC = "http://loinc.org"
WEIGHT = {"system": LOINC, "code": "29463-7"}


def given(**parts: Any) -> Resource:
    """Parameters: `period__Period={…}`, a list for a repeated one."""
    found = []
    for key, value in parts.items():
        name, _, kind = key.partition("__")
        for one in value if isinstance(value, list) else [value]:
            found.append({"name": name, f"value{kind or 'String'}": one})
    return {"resourceType": "Parameters", "parameter": found}


@pytest.fixture
async def patient(api: Api) -> str:
    """A resident with three weights, 50, 52 and 57 kg, on the 1st, 2nd and 3rd of November."""
    who = await api.create(records.patient())
    for day, value in enumerate((50, 52, 57), start=1):
        body = records.observation(who) | {"effectiveDateTime": f"2026-11-{day:02}"}
        body["valueQuantity"] = body["valueQuantity"] | {"value": value}
        await api.create(body)
    return f"Patient/{who}"


def figures(reply: Answer) -> dict[str, Any]:
    """Statistic → value of the first Observation, which must be a valid one."""
    assert reply.status == 200, reply.body
    observation = reply.json["parameter"][0]["resource"]
    assert check(observation) == []
    return {
        one["code"]["coding"][0]["code"]: one.get("valueQuantity", {}).get("value")
        for one in observation["component"]
    }


@pytest.mark.proves("operations/stats")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_figures_of_one_code(api: Api, patient: str, method: str) -> None:
    query = f"subject={patient}&code=29463-7&system={LOINC}"
    asked = "&statistic=average&statistic=maximum,minimum&statistic=count"
    reply = await api.ask(method, f"Observation/$stats?{query}{asked}")
    assert figures(reply) == {"average": 53, "maximum": 57, "minimum": 50, "count": 3}
    (part,) = reply.json["parameter"]
    assert part["name"] == "statistics"
    assert part["resource"]["subject"] == {"reference": patient}
    assert part["resource"]["code"] == {"coding": [WEIGHT]}
    assert part["resource"]["effectivePeriod"] == {
        "start": "2026-10-31T17:00:00.000Z",
        "end": "2026-11-02T17:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("period", "count"),
    [
        ({"start": "2026-11-02"}, 2),
        ({"end": "2026-11-02"}, 2),
        ({"start": "2026-11-02", "end": "2026-11-02"}, 1),
        ({"start": "2027"}, 0),
    ],
)
async def test_a_period_limits_them(
    api: Api, patient: str, period: dict[str, str], count: int
) -> None:
    body = given(
        subject=patient, coding__Coding=WEIGHT, statistic=["count", "median"],
        period__Period=period,
    )  # fmt: skip
    reply = await api.post("Observation/$stats", body)
    found = figures(reply)
    assert found["count"] == count
    assert (found["median"] is None) == (count == 0)
    assert reply.json["parameter"][0]["resource"]["effectivePeriod"] == period


async def test_a_duration_is_hours_until_now(api: Api, patient: str) -> None:
    hours = (clock.now() - clock.now().replace(2026, 11, 1, 20)) / timedelta(hours=1)
    body = given(
        subject=patient, code="29463-7", duration__Decimal=round(hours, 3), statistic="count"
    )
    assert figures(await api.post("Observation/$stats", body)) == {"count": 2}


async def test_each_code_has_its_own(api: Api, patient: str) -> None:
    body = given(subject=patient, code=["29463-7", "8302-2"], statistic="count")
    found = (await api.post("Observation/$stats", body)).json["parameter"]
    assert [one["resource"]["component"][0]["valueQuantity"]["value"] for one in found] == [3, 0]


@pytest.mark.parametrize(("limit", "days"), [(None, [3, 2, 1]), (2, [3, 2]), (0, [])])
async def test_sources_come_where_asked(
    api: Api, patient: str, limit: int | None, days: list[int]
) -> None:
    asked = {} if limit is None else {"limit__PositiveInt": limit}
    body = given(subject=patient, code="29463-7", statistic="count", include__Boolean=True, **asked)
    found = (await api.post("Observation/$stats", body)).json["parameter"]
    sources = [one["resource"] for one in found if one["name"] == "source"]
    assert [one["effectiveDateTime"] for one in sources] == [f"2026-11-{d:02}" for d in days]
    body["parameter"] = [one for one in body["parameter"] if one["name"] != "include"]
    assert len((await api.post("Observation/$stats", body)).json["parameter"]) == 1


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("code=1&statistic=count", "required"),
        ("subject={p}&statistic=count", "required"),
        ("subject={p}&code=1", "required"),
        ("subject={p}&code=&statistic=count", "required"),
        ("subject={p}&code=1&statistic=mode", "value"),
        ("subject=nobody&code=1&statistic=count", "value"),
        ("subject=http://x.org/Patient/1&code=1&statistic=count", "value"),
        ("subject={p}&subject={p}&code=1&statistic=count", "invalid"),
        ("subject={p}&code=1&statistic=count&duration=-1", "value"),
        ("subject={p}&code=1&statistic=count&duration=nan", "value"),
        ("subject={p}&code=1&statistic=count&duration=1e99", "value"),
        ("subject={p}&code=1&statistic=count&include=perhaps", "invalid"),
        ("subject={p}&code=1&statistic=count&include=true&limit=x", "invalid"),
        ("subject={p}&code=1&statistic=count&period=2026", "invalid"),
        ("subject={p}&statistic=count" + "&code=a" * 21, "too-costly"),
    ],
)
async def test_a_bad_request_is_refused(api: Api, patient: str, query: str, code: str) -> None:
    reply = await api.get(f"Observation/$stats?{query.format(p=patient)}")
    assert (reply.status, reply.codes) == (400, [code])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"period__Period": {}}, "value"),
        ({"period__Period": {"start": 2026}}, "value"),
        ({"period__Period": {"start": "never"}}, "invalid"),
        ({"period__Period": {"start": "2026"}, "duration__Decimal": 5}, "invalid"),
        ({"coding__Coding": {"system": LOINC}}, "value"),
        ({"coding__Coding": {"code": "1", "system": 5}}, "value"),
        ({"coding": "1"}, "value"),
    ],
)
async def test_a_bad_body_is_refused(
    api: Api, patient: str, more: dict[str, Any], code: str
) -> None:
    body = given(subject=patient, code="29463-7", statistic="count", **more)
    reply = await api.post("Observation/$stats", body)
    assert (reply.status, reply.codes) == (400, [code])


async def test_an_unknown_parameter_is_refused_when_strict(api: Api, patient: str) -> None:
    query = f"Observation/$stats?subject={patient}&code=1&statistic=count&colour=red"
    assert (await api.get(query)).status == 200
    reply = await api.get(query, headers={"Prefer": "handling=strict"})
    assert (reply.status, reply.codes) == (400, ["not-supported"])


async def test_wards_and_labels_hold(api: Api, patient: str) -> None:
    hiv = records.observation(patient) | {
        "code": {"coding": [{"system": LOINC, "code": "20447-9"}]}
    }
    assert (await api.post("Observation", hiv, who=SYSTEM)).status == 201
    query = "Observation/$stats?subject={}&code=20447-9&code=29463-7&statistic=count"
    path = query.format(patient)
    assert figures(await api.get(path, who=SYSTEM)) == {"count": 1}
    assert figures(await api.get(path)) == {"count": 0}
    for who in (NEIGHBOUR, HOSPITAL):
        nobody = f"Patient/{'f' * 36}"
        foreign, missing = (
            await api.get(path, who=who),
            await api.get(query.format(nobody), who=who),
        )
        assert foreign.body.replace(patient.encode(), nobody.encode()) == missing.body
        assert figures(foreign) == {"count": 0}
