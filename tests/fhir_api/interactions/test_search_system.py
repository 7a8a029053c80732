"""Searches of several types: what is asked, by whom, how it is answered and what is refused."""

from typing import Any

import psycopg
import pytest
from fixtures import records
from fixtures.fhir import (
    ANALYST,
    BASE,
    HOSPITAL,
    NEIGHBOUR,
    OTHER_WARD,
    SYSTEM,
    Answer,
    Api,
    refer,
)

from ehr.embedded import Embedded

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def names(reply: Answer, mode: str = "match") -> list[str]:
    """`Type/id` of the entries with this mode, in their order."""
    return [
        f"{entry['resource']['resourceType']}/{entry['resource']['id']}"
        for entry in reply.entries
        if entry["search"]["mode"] == mode
    ]


@pytest.fixture
async def chart(api: Api) -> dict[str, str]:
    """`Type/id` of a resident, a visit, a weight, a diagnosis and a doctor, the last one newest."""
    patient = f"Patient/{await api.create(records.patient())}"
    visit = f"Encounter/{await api.create(records.encounter(patient))}"
    weight = f"Observation/{await api.create(records.observation(patient, visit))}"
    disease = f"Condition/{await api.create(records.condition(patient, visit, 'I10'))}"
    practitioner = {"resourceType": "Practitioner", "name": [{"text": "Lê Thị Lan"}]}
    doctor = f"Practitioner/{await api.create(practitioner, who=SYSTEM)}"
    return {
        "patient": patient, "visit": visit, "weight": weight, "disease": disease,
        "doctor": doctor,
    }  # fmt: skip


CASES = [
    ("?_type=Patient,Observation", "weight patient"),
    ("?_type=Practitioner,Patient", "doctor patient"),
    ("?_type=Condition,Observation&patient={id}", "disease weight"),
    ("?_type=Condition,Observation&encounter={visit}", "disease weight"),
    ("?_type=Condition,Observation&code=I10", "disease"),
    ("?_type=Condition,Observation&_sort=_lastUpdated", "weight disease"),
    ("?_type=Observation,Encounter&_sort=date", "visit weight"),
    ("?_type=Observation,Encounter&date=2026-11-05", "weight visit"),
    ("?_type=Patient&name=nguyen", "patient"),
    ("?_id={id}", "patient"),
    ("?_type=Patient,Condition&_lastUpdated=gt2100", ""),
    ("", "doctor disease weight visit patient"),
    ("?_count=20", "doctor disease weight visit patient"),
    ("{patient}/*", "disease weight visit patient"),
    ("{patient}/*?_type=Condition,Observation&code=I10", "disease"),
    ("{visit}/*", "disease weight visit"),
    ("{doctor}/*", "doctor"),
]


@pytest.mark.proves("search/across-types", "search/compartment")
@pytest.mark.parametrize(("url", "words"), CASES)
async def test_several_types_are_searched_at_once(
    api: Api, chart: dict[str, str], url: str, words: str
) -> None:
    url = url.format(**chart, id=chart["patient"].partition("/")[2])
    wanted = [chart[word] for word in words.split()]
    where, _, query = url.partition("?")
    reply = await api.get(url)
    assert reply.status == 200, reply.body
    assert names(reply) == wanted
    assert reply.link("self") == f"{BASE}{'/' if where else ''}{url}"
    form = f"{where}/_search".removeprefix("/")
    posted = await api.ask("POST", form, content=query.encode(), headers=FORM)
    assert names(posted) == wanted
    sign = "&" if query else "?"
    count = await api.get(f"{url}{sign}_summary=count&_total=accurate")
    assert count.json["total"] == len(wanted)


@pytest.mark.proves("search/across-types", "search/compartment")
@pytest.mark.parametrize("url", [url for url, _ in CASES])
async def test_nobody_the_wrong_ward_and_the_analyst_see_nothing(
    api: Api, chart: dict[str, str], url: str
) -> None:
    url = url.format(**chart, id=chart["patient"].partition("/")[2])
    for who, status in ((None, 401), (ANALYST, 403)):
        assert (await api.get(url, who=who)).status == status
    for who in (NEIGHBOUR, OTHER_WARD):
        reply = await api.get(url, who=who)
        if url.startswith(("Patient", "Encounter")):
            assert (reply.status, reply.codes) == (404, ["not-found"])
        else:
            assert set(names(reply)) <= {chart["doctor"]}
            sign = "&" if "?" in url else "?"
            total = await api.get(f"{url}{sign}_total=accurate", who=who)
            assert total.json["total"] == len(names(reply))


async def test_a_hospital_names_the_patient(api: Api, chart: dict[str, str]) -> None:
    patient, id = chart["patient"], chart["patient"].partition("/")[2]
    for url in ("", f"?_id={id}", "?_type=Patient,Organization", "?_type=Condition,Observation"):
        reply = await api.get(url, who=HOSPITAL)
        assert (reply.status, reply.codes) == (403, ["forbidden"])
    asked = f"?_type=Condition,Observation&patient={patient}"
    assert names(await api.get(asked, who=HOSPITAL)) == []
    assert (await api.get(f"{patient}/*", who=HOSPITAL)).status == 404
    await refer(api, id)
    assert names(await api.get(asked, who=HOSPITAL)) == [chart["disease"], chart["weight"]]
    whole = await api.get(f"{patient}/*", who=HOSPITAL)
    assert names(whole) == [chart[one] for one in ("disease", "weight", "visit", "patient")]


async def test_the_right_to_search_is_each_type_s(api: Api, chart: dict[str, str]) -> None:
    scope = "user/Patient.rs user/Observation.s"
    assert names(await api.get("", scope=scope)) == [chart["weight"], chart["patient"]]
    within = await api.get(f"{chart['patient']}/*", scope=scope)
    assert names(within) == [chart["weight"], chart["patient"]]
    for url in ("?_type=Patient,Condition", f"{chart['patient']}/*?_type=Condition"):
        reply = await api.get(url, scope=scope)
        assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.get("", scope="user/Patient.r")).status == 403
    assert (await api.get(f"{chart['patient']}/*", scope="user/Patient.r")).status == 403


REFUSED = [
    ("_type=Patient,Observation&code=a", "not-supported", "code"),
    ("_type=Patient,Observation&name=a", "not-supported", "name"),
    ("code=a", "not-supported", "code"),
    ("name:exact=a", "not-supported", "name"),
    ("_text=a", "not-supported", "_text"),
    ("_has:Observation:patient:code=a", "not-supported", "_has"),
    ("_type=Patient,Group&_has:Observation:patient:code=a", "invalid", "_has"),
    ("_type=Patient,Observation&_lastUpdated=never", "invalid", "_lastUpdated"),
    ("_type=Patient,Observation&_tag:exact=a", "not-supported", "_tag"),
    ("_type=Patient,Observation&_sort=name", "invalid", "_sort"),
    ("_type=Condition,Observation&_sort=code", "not-supported", "code"),
    ("_type=Patient,Observation&_sort=_id", "not-supported", "_id"),
    ("_sort=birthdate", "invalid", "_sort"),
    ("_type=Patient,Observation&_elements=colour", "value", "_elements"),
    ("_type=Patient,Nothing", "value", "Nothing"),
    ("_type=Patient&_type=Observation", "invalid", "_type"),
    ("_type:not=Patient", "invalid", "_type"),
    ("_count=-1", "invalid", "_count"),
    ("_type=Patient,Observation&_page=x", "invalid", ""),
]


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize(("query", "code", "said"), REFUSED)
async def test_what_is_not_of_all_types_is_refused_by_its_name(
    api: Api, chart: dict[str, str], query: str, code: str, said: str
) -> None:
    for path in ("", f"{chart['patient']}/*"):
        reply = await api.get(f"{path}?{query}")
        assert (reply.status, reply.codes) == (400, [code]), reply.body
        assert said in reply.said


async def test_a_type_that_is_named_twice_is_searched_once(api: Api, chart: dict[str, str]) -> None:
    reply = await api.get("?_type=Patient,Patient")
    assert names(reply) == [chart["patient"]]
    assert reply.link("self") == f"{BASE}?_type=Patient"


async def test_a_type_that_is_never_in_the_compartment_is_refused(
    api: Api, chart: dict[str, str]
) -> None:
    reply = await api.get(f"{chart['patient']}/*?_type=Condition,Organization")
    assert (reply.status, reply.codes) == (400, ["invalid"])
    assert "Organization" in reply.said


@pytest.mark.parametrize("types", ["", "_type=Condition,Observation&"])
async def test_what_none_of_the_types_has_is_ignored_and_said(
    api: Api, chart: dict[str, str], types: str
) -> None:
    reply = await api.get(f"?{types}colour=blue&_count=7")
    assert len(names(reply)) == (2 if types else 5)
    assert "colour" in reply.entries[-1]["resource"]["issue"][0]["diagnostics"]
    assert reply.link("self") == f"{BASE}?{types}_count=7"
    strict = await api.get(f"?{types}colour=blue", headers={"Prefer": "handling=strict"})
    assert (strict.status, strict.codes) == (400, ["not-supported"])


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize("path", ["", "{patient}/*"])
async def test_results_are_shaped_as_those_of_one_type(
    api: Api, chart: dict[str, str], path: str
) -> None:
    url = f"{path.format(**chart)}?_type=Condition,Observation"
    along = await api.get(f"{url}&_include=*&_revinclude=Provenance:target&_count=1")
    assert names(along) == [chart["disease"]]
    assert set(names(along, "include")) == {chart["patient"], chart["visit"]}
    parts = await api.get(f"{url}&_elements=code,valueQuantity")
    for one in parts.entries:
        assert one["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"
        assert "encounter" not in one["resource"]
    for how in ("_total=accurate", "_total=estimate", "_count=0", "_summary=count"):
        assert (await api.get(f"{url}&{how}")).json["total"] == 2, how
    explained = await api.get(f"{url}&_explain=true", who=SYSTEM)
    assert [one["search"]["mode"] for one in explained.entries] == ["outcome"]
    assert (await api.get(f"{url}&_explain=true")).status == 403


@pytest.mark.proves("search/across-types", "results/paging")
async def test_pages_go_on_for_their_caller_alone(api: Api, chart: dict[str, str]) -> None:
    for path, count in (("", 5), (f"{chart['patient']}/*", 4)):
        seen: list[str] = []
        back: list[str] = []
        reply = await api.get(f"{path}?_count=2")
        link = reply.link("next") or ""
        assert link.startswith(f"{BASE}{'/' if path else ''}{path}?_count=2&_page=")
        assert (await api.get(link, who=SYSTEM)).status == 403
        assert (await api.get(link.replace("_count=2", "_count=1"))).status == 400
        while True:
            seen += names(reply)
            if reply.link("next") is None:
                break
            reply = await api.get(reply.link("next") or "")
        while reply.link("previous") is not None:
            reply = await api.get(reply.link("previous") or "")
            back = names(reply) + back
        assert len(seen) == len(set(seen)) == count
        assert seen[: len(back)] == back
        assert len(back) >= count - 2


@pytest.mark.proves("search/across-types")
@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_it_is_an_entry_of_a_bundle(api: Api, chart: dict[str, str], kind: str) -> None:
    def asked(url: str, method: str = "GET") -> dict[str, Any]:
        entry = {"request": {"method": method, "url": url}}
        if method == "POST":
            entry["resource"] = {"resourceType": "Bundle", "type": kind}
        return {"resourceType": "Bundle", "type": kind, "entry": [entry]}

    for url, words in (
        ("?_type=Condition,Observation", "disease weight"),
        (f"{chart['patient']}/*?_type=Encounter", "visit"),
    ):
        (answer,) = (await api.post("", asked(url))).entries
        found = answer["resource"]["entry"]
        assert [one["resource"]["id"] for one in found] == [
            chart[word].partition("/")[2] for word in words.split()
        ]
        other = await api.post("", asked(url), who=NEIGHBOUR)
        inside = other.json["entry"][0]["response"] if other.status == 200 else other.json
        text = str(inside)
        assert all(chart[word].partition("/")[2] not in text for word in words.split())
    nested = await api.post("", asked("?_type=Patient", "POST"))
    status = nested.status if kind == "transaction" else nested.entries[0]["response"]["status"]
    assert str(status).startswith("400")


async def test_it_is_on_record(committing: Api, postgres: Embedded, clone: str) -> None:
    api = committing
    id = await api.create(records.patient())
    weight = records.observation(id)
    await api.create(weight)
    for url in ("?_type=Patient,Observation", f"Patient/{id}/*"):
        assert len(names(await api.get(url))) == 2
    with psycopg.connect(postgres.url("postgres", clone)) as connection:
        events = connection.execute(
            "SELECT action, entity, outcome, cardinality(patients) FROM audit_event"
            " ORDER BY id OFFSET 2"
        ).fetchall()
    assert events == [("search-system", None, 0, 1), ("search-system", f"Patient/{id}", 0, 1)]
