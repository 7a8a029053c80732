"""$everything: what belongs to a patient or a visit, page by page, and nobody else's."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Answer, Api

from ehr.fhir.resource import Resource


def modes(reply: Answer) -> dict[str, str]:
    """Type/id → search mode, in the order of the Bundle."""
    found = {}
    for entry in reply.entries:
        one = entry["resource"]
        key = f"{one['resourceType']}/{one.get('id', '')}"
        assert key not in found
        found[key] = entry["search"]["mode"]
    return found


async def stored(api: Api, resource: Resource, who: str = NURSE) -> str:
    """`Type/id` of a new resource."""
    return f"{resource['resourceType']}/{await api.create(resource, who=who)}"


@pytest.fixture
async def chart(api: Api) -> dict[str, str]:
    """One patient with two visits, and a neighbour in the same ward."""
    doctor = await stored(api, {"resourceType": "Practitioner", "name": [{"text": "Lê A"}]}, SYSTEM)
    station = await stored(api, {"resourceType": "Organization", "name": "Trạm"}, SYSTEM)
    role = await stored(
        api,
        {
            "resourceType": "PractitionerRole",
            "practitioner": {"reference": doctor},
            "organization": {"reference": station},
        },
        SYSTEM,
    )
    patient = await stored(api, records.patient())
    visit = await stored(
        api,
        records.encounter(patient) | {"participant": [{"individual": {"reference": role}}]},
    )
    weight = await stored(api, records.observation(patient, visit))
    disease = await stored(api, records.condition(patient, visit, "I10"))
    later = records.observation(patient) | {"effectiveDateTime": "2026-12-24"}
    other = await stored(api, records.patient())
    return {
        "doctor": doctor, "station": station, "role": role, "patient": patient, "visit": visit,
        "weight": weight, "disease": disease, "later": await stored(api, later), "other": other,
        "foreign": await stored(api, records.observation(other)),
    }  # fmt: skip


def named(chart: dict[str, str], words: str) -> set[str]:
    return {chart[word] for word in words.split()}


@pytest.mark.proves("operations/everything")
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_it_is_the_compartment_and_what_that_refers_to(
    api: Api, chart: dict[str, str], method: str
) -> None:
    reply = await api.ask(method, f"{chart['patient']}/$everything")
    assert (reply.status, reply.json["type"], reply.json["total"]) == (200, "searchset", 5)
    found = modes(reply)
    assert next(iter(found)) == chart["patient"]
    assert {k for k, m in found.items() if m == "match"} == named(
        chart, "patient visit weight disease later"
    )
    assert {k for k, m in found.items() if m == "include"} == named(chart, "role doctor station")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("_type=Observation", "weight later"),
        ("_type=Observation,Condition", "weight later disease"),
        ("_type=Observation&_type=Condition", "weight later disease"),
        ("_type=PractitionerRole,Encounter", "visit role"),
        ("start=2026-12-01", "patient later disease"),
        ("end=2026-11-30", "patient visit weight disease role doctor station"),
        ("start=2026-11-05&end=2026-11-05&_type=Observation", "weight"),
        ("start=2026-11-06&end=2026-12-23&_type=Observation", ""),
        ("start=2026-11&end=2026&_type=Observation", "weight later"),
        ("_since=2100-01-01T00:00:00Z", "patient"),
        ("_since=2100-01-01T00:00:00+07:00", "patient"),
        ("_since=2000-01-01T00:00:00Z&_type=Condition", "disease"),
    ],
)
async def test_it_can_be_narrowed(api: Api, chart: dict[str, str], query: str, words: str) -> None:
    reply = await api.get(f"{chart['patient']}/$everything?{query}")
    assert set(modes(reply)) == named(chart, words)


async def test_parameters_come_in_a_body_too(api: Api, chart: dict[str, str]) -> None:
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "_type", "valueCode": "Observation"},
            {"name": "end", "valueDate": "2026-11-30"},
            {"name": "_count", "valueInteger": 10},
        ],
    }
    reply = await api.post(f"{chart['patient']}/$everything", body)
    assert set(modes(reply)) == {chart["weight"]}
    assert (reply.link("self") or "").endswith("?end=2026-11-30&_type=Observation&_count=10")


async def test_pages_give_each_record_once(api: Api, chart: dict[str, str]) -> None:
    reply = await api.get(f"{chart['patient']}/$everything?_count=2")
    seen: list[str] = []
    while True:
        matches = [key for key, mode in modes(reply).items() if mode == "match"]
        assert 0 < len(matches) <= 2
        seen += matches
        link = reply.link("next")
        if link is None:
            break
        assert "total" not in reply.json
        reply = await api.get(link)
        assert reply.status == 200
    assert len(seen) == 5
    assert set(seen) == named(chart, "patient visit weight disease later")


async def test_page_links_are_one_caller_s_and_one_record_s(
    api: Api, chart: dict[str, str]
) -> None:
    link = (await api.get(f"{chart['patient']}/$everything?_count=2")).link("next") or ""
    assert (await api.get(link, who=SYSTEM)).status == 403
    moved = link.replace(chart["patient"], chart["other"])
    assert (await api.get(moved)).codes == ["invalid"]


@pytest.mark.proves("operations/everything")
async def test_a_visit_comes_with_its_patient_and_diagnoses(
    api: Api, chart: dict[str, str]
) -> None:
    document = {
        "resourceType": "DocumentReference",
        "status": "current",
        "content": [{"attachment": {"title": "scan"}}],
        "subject": {"reference": chart["patient"]},
        "context": {"encounter": [{"reference": chart["visit"]}]},
    }
    scan = await stored(api, document)
    reply = await api.get(f"{chart['visit']}/$everything")
    found = modes(reply)
    assert next(iter(found)) == chart["visit"]
    matches = {key for key, mode in found.items() if mode == "match"}
    assert matches == named(chart, "visit weight disease") | {scan}
    assert {key for key, mode in found.items() if mode == "include"} == named(
        chart, "patient role doctor station"
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("_count=0", "invalid"),
        ("_count=x", "invalid"),
        ("_count=1&_count=2", "invalid"),
        ("_type=Nothing", "invalid"),
        ("_type=", "invalid"),
        ("start=yesterday", "value"),
        ("end=2026-13-01", "value"),
        ("_since=now", "value"),
        ("start=2026&start=2027", "invalid"),
        ("_page=x", "invalid"),
    ],
)
async def test_a_bad_value_is_refused(
    api: Api, chart: dict[str, str], query: str, code: str
) -> None:
    reply = await api.get(f"{chart['patient']}/$everything?{query}")
    assert (reply.status, reply.codes) == (400, [code])


@pytest.mark.parametrize("name", ["colour", "start"])
async def test_an_unknown_parameter_is_told_or_refused(
    api: Api, chart: dict[str, str], name: str
) -> None:
    path = f"{chart['visit']}/$everything?{name}=2026"
    reply = await api.get(path)
    outcome = reply.entries[-1]
    assert (reply.status, outcome["search"]["mode"]) == (200, "outcome")
    assert name in outcome["resource"]["issue"][0]["diagnostics"]
    assert name not in (reply.link("self") or "")
    strict = await api.get(path, headers={"Prefer": "handling=strict"})
    assert (strict.status, strict.codes) == (400, ["not-supported"])


async def test_a_deleted_patient_is_gone_and_a_deleted_record_left_out(
    api: Api, chart: dict[str, str]
) -> None:
    assert (await api.delete(chart["weight"])).status == 204
    assert chart["weight"] not in modes(await api.get(f"{chart['patient']}/$everything"))
    alone = await stored(api, records.patient())
    await api.delete(alone)
    assert (await api.get(f"{alone}/$everything")).status == 410


async def test_what_a_scope_does_not_allow_is_left_out(api: Api, chart: dict[str, str]) -> None:
    scope = "user/Patient.r user/Observation.r"
    reply = await api.get(f"{chart['patient']}/$everything", scope=scope)
    assert set(modes(reply)) == named(chart, "patient weight later")
    asked = await api.get(f"{chart['patient']}/$everything?_type=Condition", scope=scope)
    assert asked.entries == []
    assert (await api.get(f"{chart['visit']}/$everything", scope=scope)).status == 403


@pytest.mark.parametrize("what", ["patient", "visit"])
async def test_a_label_hides_its_record_here_too(
    api: Api, chart: dict[str, str], what: str
) -> None:
    hiv = await stored(api, records.condition(chart["patient"], chart["visit"], "B20"), SYSTEM)
    path = f"{chart[what]}/$everything"
    assert hiv in modes(await api.get(path, who=SYSTEM))
    assert hiv not in modes(await api.get(path))


async def test_a_reference_to_another_ward_opens_nothing(api: Api, chart: dict[str, Any]) -> None:
    foreign = await stored(api, records.patient(), NEIGHBOUR)
    linked = records.patient() | {"link": [{"type": "seealso", "other": {"reference": foreign}}]}
    mine = await stored(api, linked, SYSTEM)
    assert foreign not in modes(await api.get(f"{mine}/$everything", who=SYSTEM))
    assert (await api.get(f"{foreign}/$everything", who=HOSPITAL)).status == 404
