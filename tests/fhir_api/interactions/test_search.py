"""Search at a type: what is found, by whom, in which pages, and what is said of the rest."""

from urllib.parse import urlencode

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Api

CCCD = "http://fhir.hl7.org.vn/core/sid/cccd"


async def residents(api: Api, count: int, *, who: str = NURSE) -> list[str]:
    """Ids of new residents, in the order they were made."""
    found = []
    for number in range(count):
        body = records.patient() | {
            "identifier": [{"system": CCCD, "value": f"09905800{number:04}"}]
        }
        found.append(await api.create(body, who=who))
    return found


async def test_a_searchset_holds_what_was_stored(api: Api) -> None:
    (id,) = await residents(api, 1)
    stored = await api.get(f"Patient/{id}")
    reply = await api.get("Patient?name=nguyen&gender=male")
    bundle = reply.json
    assert (reply.status, bundle["type"]) == (200, "searchset")
    assert "total" not in bundle
    assert bundle["entry"] == [
        {"fullUrl": f"{BASE}/Patient/{id}", "resource": stored.json, "search": {"mode": "match"}}
    ]
    assert stored.body in reply.body
    assert reply.link("self") == f"{BASE}/Patient?name=nguyen&gender=male"
    assert reply.link("next") is None


async def test_an_empty_searchset_has_no_entries(api: Api) -> None:
    reply = await api.get("Patient?name=nobody")
    assert reply.status == 200
    assert "entry" not in reply.json


@pytest.mark.proves("results/post")
async def test_post_is_get_with_a_form(api: Api) -> None:
    ids = await residents(api, 2)
    asked = {"identifier": f"{CCCD}|099058000001"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    reply = await api.ask(
        "POST", "Patient/_search", content=urlencode(asked).encode(), headers=form
    )
    assert reply.ids == [ids[1]]
    both = await api.ask(
        "POST", "Patient/_search?gender=female", content=urlencode(asked).encode(), headers=form
    )
    assert both.ids == []
    pretty = await api.ask("POST", "Patient/_search", content=b"_pretty=true", headers=form)
    assert pretty.body.startswith(b'{\n  "resourceType"')
    xml = await api.ask("POST", "Patient/_search", content=b"_format=xml", headers=form)
    assert (xml.status, xml.codes) == (406, ["not-supported"])
    browser = form | {"Accept": "text/html"}
    named = await api.ask("POST", "Patient/_search", content=b"_format=json", headers=browser)
    assert len(named.ids) == 2
    unnamed = await api.ask("POST", "Patient/_search", content=b"gender=male", headers=browser)
    assert (unnamed.status, unnamed.codes) == (406, ["not-supported"])
    empty = await api.ask("POST", "Patient/_search?gender=male")
    assert len(empty.ids) == 2
    wrong = await api.post("Patient/_search", {"resourceType": "Parameters"})
    assert (wrong.status, wrong.codes) == (415, ["not-supported"])


@pytest.mark.proves("results/paging", "interactions/formats")
@pytest.mark.parametrize(
    "path",
    [
        "Patient?_format=json&name=nguyen&_count=1",
        "?_count=1&_format=json&_type=Patient",
        "?_format=json&_type=Patient&_count=1",
        "Patient/_history?_format=json&_count=1",
        "_history?_count=1&_format=json",
        "{one}/_history?_format=json&_count=1",
        "{one}/$everything?_format=json&_count=1",
        "{one}/*?_format=json&_count=1",
    ],
)
async def test_links_go_on_in_the_format_that_the_url_named(api: Api, path: str) -> None:
    """Who can name it nowhere else could not follow them; who adds it to every URL still can."""
    ids = await residents(api, 2)
    one = f"Patient/{ids[0]}"
    for _ in range(2):
        await api.create(records.observation(one))
    await api.put(one, (await api.get(one)).json)
    browser = {"Accept": "text/html"}
    page = await api.get(path.format(one=one), headers=browser)
    assert page.status == 200, page.body
    assert "_format=json" in (page.link("self") or "")
    following = page.link("next") or ""
    again = await api.get(following, headers=browser)
    assert again.status == 200, again.body
    assert again.entries != page.entries
    assert (await api.get(f"{following}&_format=json")).body == again.body
    assert (await api.get(following.replace("_format=json", "_pretty=true"))).status == 200


async def test_each_sees_its_own(api: Api) -> None:
    mine, theirs = await residents(api, 2), await residents(api, 1, who=NEIGHBOUR)
    for query in ("", "?name=nguyen", "?gender=male", f"?_id={mine[0]},{mine[1]},{theirs[0]}"):
        assert set((await api.get(f"Patient{query}")).ids) == set(mine)
        assert (await api.get(f"Patient{query}", who=NEIGHBOUR)).ids == theirs
        assert set((await api.get(f"Patient{query}", who=SYSTEM)).ids) == {*mine, *theirs}
        assert (await api.get(f"Patient{query}", who=None)).status == 401
        assert (await api.get(f"Patient{query}", who=ANALYST)).status == 403
        assert (await api.get(f"Patient{query}", scope="user/Patient.r")).status == 403


@pytest.mark.parametrize("how", ["_summary=count", "_total=accurate", "_count=0"])
async def test_totals_count_one_s_own(api: Api, how: str) -> None:
    await residents(api, 2)
    await residents(api, 3, who=NEIGHBOUR)
    for who, total in ((NURSE, 2), (NEIGHBOUR, 3), (SYSTEM, 5)):
        assert (await api.get(f"Patient?{how}&gender=male", who=who)).json["total"] == total
    assert (await api.get(f"Patient?{how}", who=ANALYST)).status == 403


@pytest.mark.proves("results/paging")
async def test_pages_neither_repeat_nor_skip(api: Api) -> None:
    ids = await residents(api, 7)
    seen: list[str] = []
    url: str | None = "Patient?gender=male&_count=3&_sort=-_lastUpdated"
    while url is not None:
        reply = await api.get(url)
        assert reply.status == 200, reply.body
        assert reply.link("first") == f"{BASE}/Patient?gender=male&_count=3&_sort=-_lastUpdated"
        seen += reply.ids
        url = reply.link("next")
    assert len(seen) == 7
    assert set(seen) == set(ids)


async def test_a_page_link_is_its_caller_s(api: Api) -> None:
    await residents(api, 3)
    link = (await api.get("Patient?_count=2")).link("next")
    assert link is not None
    assert len((await api.get(link)).ids) == 1
    for who in (NEIGHBOUR, SYSTEM):
        reply = await api.get(link, who=who)
        assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.get(link, who=None)).status == 401
    assert (await api.get(link, who=ANALYST)).status == 403
    for changed in (link[:-2] + "AA", link.replace("_count=2", "_count=1"), link + "&active=true"):
        reply = await api.get(changed)
        assert (reply.status, reply.codes) == (400, ["invalid"])


@pytest.mark.proves("results/unknown", "interactions/prefer-handling")
async def test_what_is_not_known_is_ignored_and_said(api: Api) -> None:
    (id,) = await residents(api, 1)
    reply = await api.get("Patient?gender=male&colour=blue&size=4")
    assert reply.ids == [id]
    assert reply.link("self") == f"{BASE}/Patient?gender=male"
    *_, outcome = reply.entries
    assert outcome["search"] == {"mode": "outcome"}
    told = outcome["resource"]["issue"]
    assert [(issue["severity"], issue["code"]) for issue in told] == [
        ("warning", "not-supported"), ("warning", "not-supported"),
    ]  # fmt: skip
    assert "colour" in told[0]["diagnostics"]
    strict = await api.get("Patient?gender=male&colour=blue", headers={"Prefer": "handling=strict"})
    assert (strict.status, strict.codes) == (400, ["not-supported"])


@pytest.mark.parametrize(
    "query",
    [
        "birthdate=ge0000", "birthdate=9999-99-99", "birthdate=2020-02-30",
        "birthdate=zz2020", "birthdate=100000-01-01", "birthdate=2020-01-01T00:00:00%2B25:00",
        "_count=-1", "_count=1e9", "_count=abc", "_count=1.5", "_count=1&_count=2",
        "_elements=*;--", "_elements=name.family", "_elements=name&_elements=id",
        "_summary=text&_include=Patient:organization", "_summary=true,text",
        "_sort=(select%201)", "_total=some", "_summary=all", "_include=Patient",
        "_include=Nothing:x", "gender:exact=male", "_page=abc", "name=%ff", "name=%00",
    ],
)  # fmt: skip
async def test_a_bad_value_is_always_refused(api: Api, query: str) -> None:
    reply = await api.get(f"Patient?{query}")
    assert reply.status == 400
    assert reply.codes


@pytest.mark.proves("results/_count")
async def test_count_is_capped_and_zero_counts(api: Api) -> None:
    await residents(api, 2)
    capped = await api.get("Patient?_count=999999999")
    assert len(capped.ids) == 2
    assert capped.link("self") == f"{BASE}/Patient?_count=1000"
    reply = await api.get("Patient?_count=0")
    assert reply.json["total"] == 2
    assert "entry" not in reply.json


@pytest.mark.parametrize(
    "value", ["'", "';select pg_sleep(5)--", "%", "_", "\\", "$1", "{{7*7}}", "%s", '"', "a" * 7000]
)
@pytest.mark.parametrize(
    "parameter", ["name", "name:contains", "name:exact", "identifier", "gender", "_id", "_tag"]
)
async def test_values_are_values(api: Api, parameter: str, value: str) -> None:
    await residents(api, 1)
    reply = await api.get(f"Patient?{urlencode({parameter: value})}")
    assert reply.status in {200, 400}
    if reply.status == 200:
        assert reply.ids == []


async def test_a_value_has_an_end(api: Api) -> None:
    reply = await api.get(f"Patient?name={'a' * 9000}")
    assert (reply.status, reply.codes) == (400, ["invalid"])
    many = await api.get("Patient?" + "&".join(["name=a"] * 101))
    assert (many.status, many.codes) == (400, ["invalid"])
    wide = await api.get("Patient?_id=" + ",".join(["a"] * 500))
    assert wide.status == 400


async def test_a_hospital_names_the_patient(api: Api) -> None:
    for query in (
        "Patient", "Patient?name=nguyen", "Patient?birthdate=1958-02-01", "Observation",
        "Patient?identifier=099058000001", "Observation?code=8480-6"
    ):  # fmt: skip
        reply = await api.get(query, who=HOSPITAL)
        assert (reply.status, reply.codes) == (403, ["forbidden"]), query
    for query in (
        "Patient?_id=1", f"Patient?identifier={CCCD}|099058000001&birthdate=1958-02-01",
        "Observation?patient=Patient/1", "Organization?name=tram",
    ):  # fmt: skip
        assert (await api.get(query, who=HOSPITAL)).status == 200, query


async def test_deleted_and_changed_records_are_found_as_they_are(api: Api) -> None:
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    await api.put(path, {**made.json, "gender": "female"})
    assert (await api.get("Patient?gender=male")).ids == []
    assert (await api.get("Patient?gender=female")).ids == [made.json["id"]]
    await api.delete(path)
    assert (await api.get("Patient?gender=female")).ids == []
