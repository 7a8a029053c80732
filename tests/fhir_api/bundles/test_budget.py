"""The reply of a Bundle has a size: what comes after it is refused, or with it all."""

from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Api

from fhir_api.bundles import replies


def bundle(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def get(url: str) -> dict[str, Any]:
    return {"request": {"method": "GET", "url": url}}


NEW = {"resource": records.patient(), "request": {"method": "POST", "url": "Patient"}}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Room for one resident."""
    monkeypatch.setattr(replies, "MOST_BYTES", 100)


@pytest.mark.usefixtures("small")
async def test_a_batch_answers_as_much_as_it_may(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.post("", bundle("batch", get(f"Patient/{id}"), get("Patient"), NEW))
    assert [one["response"]["status"][:3] for one in reply.entries] == ["200", "400", "400"]
    issue = reply.entries[1]["response"]["outcome"]["issue"][0]
    assert (issue["code"], issue["expression"]) == ("too-costly", ["Bundle.entry[1]"])
    assert (await api.get("Patient?_summary=count")).json["total"] == 1


@pytest.mark.usefixtures("small")
async def test_a_transaction_that_answers_too_much_stores_nothing(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.post("", bundle("transaction", NEW, get(f"Patient/{id}"), get("Patient")))
    assert (reply.status, reply.codes) == (400, ["too-costly"])
    assert (await api.get("Patient?_summary=count")).json["total"] == 1


async def test_an_ordinary_bundle_is_far_from_it(api: Api) -> None:
    id = await api.create(records.patient())
    reply = await api.post("", bundle("transaction", *[get(f"Patient/{id}")] * 50))
    assert len(reply.entries) == 50
