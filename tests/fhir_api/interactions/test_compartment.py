"""Searches in compartments: what is in one, who may look, and what is told of others."""

from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import (
    ANALYST,
    BASE,
    HOSPITAL,
    NEIGHBOUR,
    NURSE,
    SYSTEM,
    Api,
    refer,
)

from ehr.embedded import Embedded

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def by(*performers: str) -> dict[str, Any]:
    """Who made a finding."""
    return {"performer": [{"reference": one} for one in performers]}


@pytest.fixture
async def chart(api: Api) -> dict[str, str]:
    """Two residents of one ward, a visit, a doctor, a daughter, a device, and findings of each."""
    lan = {"resourceType": "Practitioner", "name": [{"text": "Lê Thị Lan"}]}
    doctor = await api.create(lan, who=SYSTEM)
    patient, other = await api.create(records.patient()), await api.create(records.patient())
    visit = await api.create(records.encounter(patient))
    daughter = await api.create(
        {"resourceType": "RelatedPerson", "patient": {"reference": f"Patient/{patient}"}}
    )
    meter = await api.create(
        {"resourceType": "Device", "patient": {"reference": f"Patient/{patient}"}}
    )
    weight = await api.create(records.observation(patient, visit) | by(f"Practitioner/{doctor}"))
    told = await api.create(
        records.observation(other) | by(f"Patient/{patient}", f"RelatedPerson/{daughter}")
    )
    measured = await api.create(
        records.observation(other) | {"device": {"reference": f"Device/{meter}"}}
    )
    disease = await api.create(records.condition(patient, visit, "I10"))
    return {
        "doctor": doctor, "patient": patient, "other": other, "visit": visit, "meter": meter,
        "daughter": daughter, "weight": weight, "told": told, "measured": measured,
        "disease": disease,
    }  # fmt: skip


CASES = [
    ("Patient/{patient}/Observation", "weight told"),
    ("Patient/{patient}/Observation?code=29463-7&subject=Patient/{other}", "told"),
    ("Patient/{patient}/Condition?code=I10", "disease"),
    ("Patient/{patient}/Condition?code=J00", ""),
    ("Patient/{patient}/Encounter", "visit"),
    ("Patient/{patient}/Patient", "patient"),
    ("Patient/{patient}/RelatedPerson", "daughter"),
    ("Patient/{other}/Observation", "told measured"),
    ("Patient/{other}/Condition", ""),
    ("Encounter/{visit}/Observation", "weight"),
    ("Encounter/{visit}/Condition", "disease"),
    ("Encounter/{visit}/Encounter", "visit"),
    ("Practitioner/{doctor}/Observation", "weight"),
    ("Practitioner/{doctor}/Observation?patient={other}", ""),
    ("Practitioner/{doctor}/Observation?patient={patient}", "weight"),
    ("Practitioner/{doctor}/Practitioner", "doctor"),
    ("RelatedPerson/{daughter}/Observation", "told"),
    ("RelatedPerson/{daughter}/RelatedPerson", "daughter"),
    ("Device/{meter}/Observation", "measured"),
    ("Device/{meter}/Observation?patient.birthdate=1958-02-01&_sort=-date", "measured"),
    ("Device/{meter}/Device", "meter"),
]


@pytest.mark.proves("search/compartment")
@pytest.mark.parametrize(("path", "words"), CASES)
async def test_what_is_in_a_compartment(
    api: Api, chart: dict[str, str], path: str, words: str
) -> None:
    wanted = {chart[word] for word in words.split()}
    url = path.format(**chart)
    where, _, query = url.partition("?")
    for who in (NURSE, SYSTEM):
        reply = await api.get(url, who=who)
        assert reply.status == 200, reply.body
        assert (set(reply.ids), len(reply.ids)) == (wanted, len(wanted))
        assert reply.link("self") == f"{BASE}/{url}"
        posted = await api.ask(
            "POST", f"{where}/_search", content=query.encode(), headers=FORM, who=who
        )
        assert posted.ids == reply.ids
        count = await api.get(f"{where}?{query}&_summary=count".replace("?&", "?"), who=who)
        assert count.json["total"] == len(wanted)


@pytest.mark.proves("search/compartment")
@pytest.mark.parametrize("path", sorted({path.partition("?")[0] for path, _ in CASES}))
async def test_who_may_look(api: Api, chart: dict[str, str], path: str) -> None:
    url = path.format(**chart)
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.get(url, who=who)).status == status
    without_owner = f"user/{url.split('/')[2]}.rs user/Patient.s"
    if not url.startswith(url.split("/")[2]):
        assert (await api.get(url, scope=without_owner)).status == 403
    nothing = await api.get(path.format(**dict.fromkeys(chart, "f" * 36)), who=NEIGHBOUR)
    assert (nothing.status, nothing.codes) == (404, ["not-found"])
    wrong = await api.get(f"{url}?_total=accurate", who=NEIGHBOUR)
    if path.startswith("Practitioner"):
        mine = path.endswith("/Practitioner")
        assert (wrong.status, wrong.json["total"], len(wrong.ids)) == (200, mine, mine)
        assert (await api.get(url, who=HOSPITAL)).status == (200 if mine else 403)
    else:
        assert (wrong.status, wrong.body) == (404, nothing.body)
        hospital = await api.get(url, who=HOSPITAL)
        assert (hospital.status, hospital.body) == (404, nothing.body)


@pytest.mark.proves("search/compartment")
async def test_a_hospital_sees_in_it_only_whom_it_was_sent(api: Api, chart: dict[str, str]) -> None:
    await refer(api, chart["patient"])
    for path, words in (
        ("Patient/{patient}/Observation", "weight"),
        ("Encounter/{visit}/Observation", "weight"),
        ("RelatedPerson/{daughter}/Observation", ""),
    ):
        reply = await api.get(f"{path.format(**chart)}?_total=accurate", who=HOSPITAL)
        assert set(reply.ids) == {chart[word] for word in words.split()}
        assert reply.json["total"] == len(reply.ids)
    for path, status in (("Device/{meter}/Observation", 403), ("Patient/{other}/Observation", 404)):
        assert (await api.get(path.format(**chart), who=HOSPITAL)).status == status


async def test_what_another_ward_wrote_is_not_shown(api: Api, chart: dict[str, str]) -> None:
    """A finding of a resident elsewhere that names this doctor is in that ward alone."""
    theirs = await api.create(records.patient(), who=NEIGHBOUR)
    seen = await api.create(
        records.observation(theirs) | by(f"Practitioner/{chart['doctor']}"), who=NEIGHBOUR
    )
    path = f"Practitioner/{chart['doctor']}/Observation"
    assert (await api.get(path)).ids == [chart["weight"]]
    assert (await api.get(path, who=NEIGHBOUR)).ids == [seen]
    assert set((await api.get(path, who=SYSTEM)).ids) == {chart["weight"], seen}


async def test_a_deleted_owner_is_gone(api: Api) -> None:
    id = await api.create(records.patient())
    await api.delete(f"Patient/{id}")
    reply = await api.get(f"Patient/{id}/Observation")
    assert (reply.status, reply.codes) == (410, ["deleted"])
    assert (await api.get(f"Patient/{id}/Observation", who=NEIGHBOUR)).status == 404


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("Patient/{patient}/Organization", 400, "invalid"),
        ("Encounter/{visit}/Patient", 400, "invalid"),
        ("Patient/{patient}/Observation?date=never", 400, "invalid"),
        ("Patient/{patient}/Observations", 404, "not-found"),
        ("Patient/{patient}/Observation/{weight}", 404, "not-found"),
        ("Observation/{weight}/Patient", 404, "not-found"),
        ("Patient/a_b/Observation", 400, "value"),
    ],
)
async def test_what_is_no_compartment_is_refused(
    api: Api, chart: dict[str, str], path: str, status: int, code: str
) -> None:
    reply = await api.get(path.format(**chart))
    assert (reply.status, reply.codes) == (status, [code]), reply.body
    other = await api.ask("PUT", f"Patient/{chart['patient']}/Observation")
    assert (other.status, other.headers["allow"]) == (405, "GET, HEAD")


async def test_pages_belong_to_their_compartment(api: Api, chart: dict[str, str]) -> None:
    url = f"Patient/{chart['patient']}/Observation?_count=1&_sort=-date"
    first = await api.get(url)
    link = first.link("next") or ""
    second = await api.get(link)
    assert {*first.ids, *second.ids} == {chart["weight"], chart["told"]}
    assert second.link("next") is None
    assert (second.link("previous") or "").startswith(f"{BASE}/{url}")
    elsewhere = link.replace(chart["patient"], chart["other"])
    assert (await api.get(elsewhere)).codes == ["invalid"]
    assert (await api.get(link, who=SYSTEM)).status == 403


async def test_parameters_are_those_of_the_type(api: Api, chart: dict[str, str]) -> None:
    path = f"Patient/{chart['patient']}/Observation"
    reply = await api.get(f"{path}?colour=blue&_include=Observation:encounter&_count=5")
    modes = [entry["search"]["mode"] for entry in reply.entries]
    assert modes == ["match", "match", "include", "outcome"]
    assert reply.link("self") == f"{BASE}/{path}?_include=Observation:encounter&_count=5"
    strict = await api.get(f"{path}?colour=blue", headers={"Prefer": "handling=strict"})
    assert (strict.status, strict.codes) == (400, ["not-supported"])


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_it_is_an_entry_of_a_bundle(api: Api, chart: dict[str, str], kind: str) -> None:
    query = urlencode({"code": "I10"})
    url = f"Patient/{chart['patient']}/Condition?{query}"
    entry = {"request": {"method": "GET", "url": url}}
    reply = await api.post("", {"resourceType": "Bundle", "type": kind, "entry": [entry]})
    (answer,) = reply.entries
    assert answer["response"]["status"] == "200 OK"
    (found,) = answer["resource"]["entry"]
    assert found["resource"]["id"] == chart["disease"]


async def test_metadata_names_the_compartments(api: Api) -> None:
    (rest,) = (await api.get("metadata", who=None)).json["rest"]
    names = [url.rpartition("/")[2] for url in rest["compartment"]]
    assert sorted(names) == ["device", "encounter", "patient", "practitioner", "relatedPerson"]


async def test_it_is_on_record_whose_compartment_was_searched(
    committing: Api, postgres: Embedded, clone: str
) -> None:
    api = committing
    patient = await api.create(records.patient())
    url = f"Patient/{patient}/Observation"
    entry = {"request": {"method": "GET", "url": url}}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
    assert (await api.get(url)).status == 200
    assert (await api.post("", bundle)).status == 200
    assert (await api.get(url, who=NEIGHBOUR)).status == 404
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        events = connection.execute(
            "SELECT account, action, entity, outcome, cardinality(patients) FROM audit_event"
            " ORDER BY id OFFSET 1"
        ).fetchall()
    entity = f"Patient/{patient}"
    assert events == [
        (1, "search-type", entity, 0, 1),
        (1, "search-type", entity, 0, 1),
        (2, "search-type", entity, 4, 0),
    ]
