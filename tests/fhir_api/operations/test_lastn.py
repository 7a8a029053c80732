"""$lastn: the last n of each code, whatever the codings that two observations share."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api

LOINC = "http://loinc.org"


def finding(patient: str, day: int, *codes: str, **more: Any) -> dict[str, Any]:
    """An observation of a day of November with codings of LOINC, or with a text alone."""
    coded = {"coding": [{"system": LOINC, "code": code} for code in codes]}
    return records.observation(patient) | {
        "code": coded if codes else {"text": more.pop("text")},
        "effectiveDateTime": f"2026-11-{day:02}",
        **more,
    }


@pytest.fixture
async def chart(api: Api) -> dict[str, str]:
    """Weights of November, heights of October, a chain of codings, and texts."""
    patient = await api.create(records.patient())
    made = {"patient": patient}
    for name, body in {
        "w1": finding(patient, 1, "29463-7"),
        "w3": finding(patient, 3, "29463-7"),
        "w4": finding(patient, 4, "29463-7"),
        "w2": finding(patient, 2, "29463-7"),
        "h2": finding(patient, 2, "8302-2", effectiveDateTime="2026-10-02"),
        "h3": finding(patient, 3, "8302-2", effectiveDateTime="2026-10-03"),
        "ab": finding(patient, 5, "8310-5", "8331-1"),
        "bc": finding(patient, 6, "8331-1", "8332-9"),
        "cd": finding(patient, 7, "8332-9", "8334-5"),
        "t8": finding(patient, 8, text="Vòng đầu"),
        "t9": finding(patient, 9, text="VÒNG ĐẦU"),
    }.items():
        made[name] = await api.create(body)
    await api.create(finding(await api.create(records.patient()), 20, "29463-7"))
    return made


@pytest.mark.proves("operations/lastn")
@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "t9 cd w4 h3"),
        ("max=1", "t9 cd w4 h3"),
        ("max=2", "t9 t8 cd bc w4 w3 h3 h2"),
        ("max=3&code=29463-7", "w4 w3 w2"),
        ("max=100&code=29463-7", "w4 w3 w2 w1"),
        ("max=1&code=29463-7,8302-2", "w4 h3"),
        ("max=2&date=lt2026-11-04&code=http://loinc.org|29463-7", "w3 w2"),
        ("code=8331-1", "bc"),
        ("max=2&code=8331-1", "bc ab"),
        ("code=0000-0", ""),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_last_of_each_code(
    api: Api, chart: dict[str, str], query: str, names: str, method: str
) -> None:
    subject = f"patient=Patient/{chart['patient']}"
    reply = await api.ask(method, f"Observation/$lastn?{subject}&{query}".rstrip("&"))
    assert (reply.status, reply.json["type"]) == (200, "searchset")
    assert reply.ids == [chart[name] for name in names.split()]
    assert reply.json["total"] == len(names.split())
    assert all(entry["search"]["mode"] == "match" for entry in reply.entries)


@pytest.mark.parametrize("name", ["patient", "subject", "subject:Patient"])
async def test_the_subject_is_named_as_in_a_search(
    api: Api, chart: dict[str, str], name: str
) -> None:
    reply = await api.get(f"Observation/$lastn?{name}={chart['patient']}&code=8302-2")
    assert reply.ids == [chart["h3"]]


async def test_parameters_come_in_a_body_too(api: Api, chart: dict[str, str]) -> None:
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "max", "valuePositiveInt": 2},
            {"name": "patient", "valueString": f"Patient/{chart['patient']}"},
            {"name": "code", "valueString": "8302-2"},
        ],
    }
    reply = await api.post("Observation/$lastn", body)
    assert reply.ids == [chart["h3"], chart["h2"]]
    assert (reply.link("self") or "").endswith("&code=8302-2")


async def test_includes_come_with_what_was_chosen(api: Api, chart: dict[str, str]) -> None:
    query = f"patient={chart['patient']}&code=8302-2&_include=Observation:subject"
    reply = await api.get(f"Observation/$lastn?{query}")
    assert [(e["resource"]["id"], e["search"]["mode"]) for e in reply.entries] == [
        (chart["h3"], "match"),
        (chart["patient"], "include"),
    ]
    query = f"patient={chart['patient']}&code=8302-2&_revinclude=Observation:has-member"
    reply = await api.get(f"Observation/$lastn?{query}&_elements=code")
    assert reply.ids == [chart["h3"]]
    assert set(reply.entries[0]["resource"]) == {"resourceType", "id", "meta", "status", "code"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "required"),
        ("code=29463-7", "required"),
        ("patient={patient}&max=0", "invalid"),
        ("patient={patient}&max=-1", "invalid"),
        ("patient={patient}&max=x", "invalid"),
        ("patient={patient}&max=1&max=2", "invalid"),
        ("patient={patient}&date=never", "invalid"),
    ],
)
async def test_a_bad_request_is_refused(
    api: Api, chart: dict[str, str], query: str, code: str
) -> None:
    reply = await api.get(f"Observation/$lastn?{query.format(**chart)}")
    assert (reply.status, reply.codes) == (400, [code])


@pytest.mark.parametrize("name", ["colour=red", "_sort=date", "_count=1"])
async def test_what_has_no_meaning_is_told(api: Api, chart: dict[str, str], name: str) -> None:
    reply = await api.get(f"Observation/$lastn?patient={chart['patient']}&code=8302-2&{name}")
    assert reply.ids == [chart["h3"]]
    assert reply.entries[-1]["search"]["mode"] == "outcome"


async def test_wards_labels_and_referrals_hold(api: Api, chart: dict[str, str]) -> None:
    labelled = finding(chart["patient"], 30, "56888-1")
    hiv = (await api.post("Observation", labelled, who=SYSTEM)).json["id"]
    query = f"Observation/$lastn?patient={chart['patient']}"
    assert hiv in (await api.get(query, who=SYSTEM)).ids
    assert hiv not in (await api.get(query, who=NURSE)).ids
    for who in (NEIGHBOUR, HOSPITAL):
        foreign, nobody = await api.get(query, who=who), "f" * 36
        missing = await api.get(query.replace(chart["patient"], nobody), who=who)
        assert (foreign.status, foreign.ids) == (200, [])
        assert foreign.body.replace(chart["patient"].encode(), nobody.encode()) == missing.body
    chained = "Observation/$lastn?patient.name=nguyen"
    assert chart["w4"] not in (await api.get(chained, who=NEIGHBOUR)).body.decode()
    assert (await api.get(chained, who=HOSPITAL)).status in {400, 403}
