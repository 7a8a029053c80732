"""Operations as entries: those that read in batch and transaction, those that change in a batch."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import NEIGHBOUR, Api

from ehr.fhir.resource import Resource

TAG = {"tag": [{"system": "urn:x", "code": "a"}]}
TAGGED: Resource = {
    "resourceType": "Parameters",
    "parameter": [{"name": "meta", "valueMeta": TAG}],
}


def bundle(kind: str, *entries: tuple[Any, ...]) -> Resource:
    """Entries are (method, url) or (method, url, resource)."""
    found = []
    for method, url, *resource in entries:
        entry: dict[str, Any] = {"request": {"method": method, "url": url}}
        found.append(entry | ({"resource": resource[0]} if resource else {}))
    return {"resourceType": "Bundle", "type": kind, "entry": found}


@pytest.fixture
async def ids(api: Api) -> dict[str, str]:
    """A resident with a weight."""
    patient = await api.create(records.patient())
    return {"patient": patient, "weight": await api.create(records.observation(patient))}


@pytest.mark.parametrize("kind", ["batch", "transaction"])
@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("Patient/{patient}/$everything", "Bundle"),
        ("Patient/{patient}/$meta", "Parameters"),
        ("Observation/{weight}/$diff", "Parameters"),
        ("Observation/$lastn?patient={patient}", "Bundle"),
        (
            "Observation/$stats?subject=Patient/{patient}&code=29463-7&statistic=count",
            "Parameters",
        ),
    ],
)
async def test_what_reads_is_an_entry(
    api: Api, ids: dict[str, str], kind: str, url: str, answer: str
) -> None:
    asked = url.format(**ids)
    reply = await api.post("", bundle(kind, ("GET", asked)))
    (entry,) = reply.entries
    assert entry["response"]["status"] == "200 OK"
    assert entry["resource"] == (await api.get(asked)).json
    assert entry["resource"]["resourceType"] == answer
    assert "fullUrl" not in entry


async def test_an_entry_sees_what_the_transaction_wrote(api: Api, ids: dict[str, str]) -> None:
    who = ids["patient"]
    reply = await api.post(
        "",
        bundle(
            "transaction",
            ("GET", f"Observation/$lastn?patient={who}&max=9"),
            ("POST", "Observation", records.observation(who)),
        ),
    )
    assert reply.status == 200, reply.body
    assert reply.entries[0]["resource"]["total"] == 2


async def test_a_transaction_posts_what_reads(api: Api, ids: dict[str, str]) -> None:
    subject = {"name": "patient", "valueString": ids["patient"]}
    last = {"resourceType": "Parameters", "parameter": [subject]}
    sent = bundle(
        "transaction",
        ("POST", "Patient/$match", records.patient()),
        ("POST", "Observation/$lastn", last),
    )
    match, found = (await api.post("", sent)).entries
    assert match["resource"]["entry"][0]["resource"]["id"] == ids["patient"]
    assert found["resource"]["entry"][0]["resource"]["id"] == ids["weight"]


async def test_a_batch_posts_operations(api: Api, ids: dict[str, str]) -> None:
    path = f"Patient/{ids['patient']}"
    sent = bundle(
        "batch",
        ("POST", "Patient/$match", records.patient()),
        ("POST", f"{path}/$meta-add", TAGGED),
        ("GET", f"{path}/$meta-add"),
        ("GET", f"{path}/$nothing"),
    )
    match, added, wrong, nothing = (await api.post("", sent)).entries
    assert match["resource"]["entry"][0]["resource"]["id"] == ids["patient"]
    assert added["response"]["status"] == "200 OK"
    assert wrong["response"]["status"] == "405 Method Not Allowed"
    assert nothing["response"]["status"] == "404 Not Found"
    assert (await api.get(path)).json["meta"]["tag"] == TAG["tag"]


@pytest.mark.parametrize("name", ["$meta-add", "$meta-delete"])
async def test_what_changes_has_no_place_in_a_transaction(
    api: Api, ids: dict[str, str], name: str
) -> None:
    path = f"Patient/{ids['patient']}"
    before = (await api.get(path)).body
    for resource in (TAGGED, records.patient() | {"id": ids["patient"]}):
        reply = await api.post("", bundle("transaction", ("POST", f"{path}/{name}", resource)))
        assert (reply.status, reply.codes) == (400, ["not-supported"])
        assert reply.places == ["Bundle.entry[0]"]
    assert (await api.get(path)).body == before


@pytest.mark.parametrize("kind", ["batch", "transaction"])
async def test_another_ward_s_record_is_as_if_not_there(
    api: Api, ids: dict[str, str], kind: str
) -> None:
    def asked(id: str) -> Resource:
        return bundle(kind, ("GET", f"Patient/{id}/$everything"))

    reply = await api.post("", asked(ids["patient"]), who=NEIGHBOUR)
    missing = await api.post("", asked("f" * 36), who=NEIGHBOUR)
    assert (reply.status, reply.body) == (missing.status, missing.body)
    assert ids["patient"] not in reply.body.decode()
