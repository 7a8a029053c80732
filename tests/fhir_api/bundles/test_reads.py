"""What is asked by GET as an entry is answered as it is outside, after what was written."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, NEIGHBOUR, SYSTEM, Answer, Api

from ehr.fhir.resource import Resource
from ehr.fhir.validate import check

KINDS = ["batch", "transaction"]


def bundle(kind: str, *urls: str, method: str = "GET") -> Resource:
    entries = [{"request": {"method": method, "url": url}} for url in urls]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


@pytest.fixture
async def ids(api: Api) -> dict[str, str]:
    """A resident in two versions, with a weight."""
    made = (await api.post("Patient", records.patient())).json
    await api.put(f"Patient/{made['id']}", made | {"gender": "female"})
    return {"who": str(made["id"]), "weight": await api.create(records.observation(made["id"]))}


@pytest.mark.proves("interactions/batch", "interactions/transaction")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("url", "full_url"),
    [
        ("Patient/{who}", "Patient/{who}"),
        ("Patient/{who}/_history/1", "Patient/{who}"),
        ("Patient/{who}/_history", None),
        ("Patient/{who}/_history?_count=1", None),
        ("Patient/_history?_count=1", None),
        ("_history", None),
        ("_history?_since=2020&_count=2", None),
        ("Patient?_id={who}&_revinclude=Observation:subject", None),
        ("Patient?gender=female&_total=accurate", None),
        ("Observation?subject:Patient.gender=female&_sort=-date", None),
        ("Observation?_summary=count", None),
        ("Patient/{who}/Observation?_count=5", None),
        ("Patient/{who}/*", None),
        ("?_type=Patient,Observation", None),
        ("metadata", None),
        ("$versions", None),
        ("$meta", None),
        ("Patient/{who}/$everything", None),
        (
            "ValueSet/$validate-code?url=http://hl7.org/fhir/ValueSet/administrative-gender&code=male&system=http://hl7.org/fhir/administrative-gender",
            None,
        ),
    ],
)
async def test_each_answers_as_it_does_outside(
    api: Api, ids: dict[str, str], kind: str, url: str, full_url: str | None
) -> None:
    asked = url.format(**ids)
    outside = await api.get(asked)
    assert outside.status == 200, outside.body
    reply = await api.post("", bundle(kind, asked))
    (entry,) = reply.entries
    assert entry["response"]["status"] == "200 OK"
    expected, found = outside.json, entry["resource"]
    for one in (expected, found):
        # Page links are signed with the second.
        one.pop("link", None)
    assert found == expected
    assert entry.get("fullUrl") == (full_url and f"{BASE}/{full_url.format(**ids)}")
    assert [one for one in check(reply.json) if "entry[0].resource" not in str(one)] == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_page_link_goes_on_outside(api: Api, ids: dict[str, str], kind: str) -> None:
    reply = await api.post("", bundle(kind, "_history?_count=1", "Patient/_history?_count=1"))
    for entry, left in zip(reply.entries, (2, 1), strict=True):
        links = {one["relation"]: one["url"] for one in entry["resource"]["link"]}
        follow = await api.get(links["next"])
        assert follow.status == 200
        assert len(follow.entries) == 1
        assert (follow.link("next") is not None) == (left > 1)
        assert (await api.get(links["next"], who=NEIGHBOUR)).status == 403


async def test_a_history_has_what_its_transaction_wrote(api: Api, ids: dict[str, str]) -> None:
    sent = bundle("transaction", "_history?_count=1", "Patient/_history", "Patient?gender=other")
    create = {"request": {"method": "POST", "url": "Patient"}}
    sent["entry"].append(create | {"resource": records.patient() | {"gender": "other"}})
    system, patients, found, made = (await api.post("", sent)).entries
    version = made["response"]["location"]
    for reads in (system, patients):
        newest = reads["resource"]["entry"][0]
        assert newest["request"] == {"method": "POST", "url": "Patient"}
        assert version.startswith(newest["fullUrl"].removeprefix(f"{BASE}/"))
    assert len(found["resource"]["entry"]) == 1


@pytest.mark.parametrize("kind", KINDS)
async def test_head_answers_without_the_resource(api: Api, ids: dict[str, str], kind: str) -> None:
    reply = await api.post("", bundle(kind, f"Patient/{ids['who']}", "_history", method="HEAD"))
    read, history = reply.entries
    assert read["response"]["etag"] == 'W/"2"'
    for entry in (read, history):
        assert entry["response"]["status"] == "200 OK"
        assert "resource" not in entry


def codes(reply: Answer) -> list[Any]:
    """The status of each entry of a batch, or that of the transaction which it refused."""
    if reply.json["resourceType"] == "OperationOutcome":
        return [reply.status]
    return [int(entry["response"]["status"][:3]) for entry in reply.entries]


@pytest.mark.parametrize("kind", KINDS)
async def test_who_may(api: Api, ids: dict[str, str], kind: str) -> None:
    urls = ("_history", "Patient/_history", f"Patient/{ids['who']}/_history")
    for url, statuses in zip(
        urls, ((401, 403, 200), (401, 403, 200), (401, 403, 404)), strict=True
    ):
        for who, status in zip((None, ANALYST, NEIGHBOUR), statuses, strict=True):
            reply = await api.post("", bundle(kind, url), who=who)
            assert codes(reply) == [status]
            assert ids["who"] not in reply.body.decode() or status == 404
            if status == 200:
                assert "entry" not in reply.entries[0]["resource"]
    refused = await api.post("", bundle(kind, "$reindex"))
    assert codes(refused) == [403]
    assert codes(await api.post("", bundle(kind, "$reindex"), who=SYSTEM)) == [200]


async def test_a_read_that_is_refused_undoes_the_transaction(api: Api) -> None:
    sent = bundle("transaction", "_history?name=x")
    create = {"request": {"method": "POST", "url": "Patient"}, "resource": records.patient()}
    sent["entry"].append(create)
    reply = await api.post("", sent)
    assert (reply.status, reply.codes) == (400, ["not-supported"])
    assert reply.places == ["Bundle.entry[0]"]
    assert (await api.get("Patient?_summary=count")).json["total"] == 0


@pytest.mark.parametrize("kind", KINDS)
async def test_one_slash_at_each_end_of_a_url_changes_nothing(
    api: Api, ids: dict[str, str], kind: str
) -> None:
    """R4's own example asks so (http://hl7.org/fhir/R4/bundle-request-simplesummary.json.html)."""
    read = f"/Patient/{ids['who']}"
    reply = await api.post("", bundle(kind, read, f"/Observation?patient={ids['who']}", "/"))
    assert codes(reply) == [200, 200, 200]
    assert reply.entries[0]["fullUrl"] == f"{BASE}{read}"
    reply = await api.post("", bundle(kind, f"{read}/", f"Observation/?patient={ids['who']}"))
    assert codes(reply) == [200, 200]
    assert reply.entries[0]["fullUrl"] == f"{BASE}{read}"


@pytest.mark.parametrize("kind", KINDS)
async def test_no_two_entries_have_one_full_url(api: Api, ids: dict[str, str], kind: str) -> None:
    """bdl-7: the same name only beside another version of the record."""
    read = f"Patient/{ids['who']}"
    reply = await api.post("", bundle(kind, read, read, f"{read}?_summary=true"))
    assert [entry.get("fullUrl") for entry in reply.entries] == [f"{BASE}/{read}", None, None]
    assert all(entry["resource"]["id"] == ids["who"] for entry in reply.entries)
    assert not [one for one in check(reply.json) if "bdl-7" in str(one)]
