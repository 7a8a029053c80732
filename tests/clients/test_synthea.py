"""Transactions as Synthea writes them, several at once: all of each is there, and finds its way.

A client of the whole system loads the directory, a ward's nurse the residents.
"""

import json
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fixtures.service import Service
from fixtures.synthea import patient_bundle
from fixtures.synthea_directory import NPI, OURS, PLACES, directory

pytestmark = pytest.mark.proves("clients/synthea")

PEOPLE, AT_ONCE = 12, 4
SUBJECTS = {"Device": "patient", "Provenance": "target.patient"}


@dataclass
class Loaded:
    """What was sent, and who of it is who."""

    service: Service
    run: str
    sent: list[dict[str, Any]]
    replies: list[dict[str, Any]]

    @property
    def patients(self) -> list[str]:
        return [_ids(reply)[0] for reply in self.replies]


def _ids(reply: dict[str, Any]) -> list[str]:
    """The ids given to the entries, in their order."""
    return [entry["response"]["location"].split("/")[-3] for entry in reply["entry"]]


def post(service: Service, login: str, bundles: Sequence[dict[str, Any]]) -> list[httpx.Response]:
    """Post Bundles, several at once."""
    token = service.token(login)

    def one(bundle: dict[str, Any]) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        url = f"{service.url}/fhir"
        return httpx.post(url, json=bundle, headers=headers, timeout=120, trust_env=False)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, bundles))


@pytest.fixture(scope="module")
def loaded(service: Service) -> Loaded:
    """The directory, sent four times at once, and then everybody."""
    run = uuid4().hex[:8]
    for reply in post(service, "system", [directory(run)] * AT_ONCE):
        assert reply.status_code == 200, reply.text
    sent = [patient_bundle(run, number) for number in range(PEOPLE)]
    replies = post(service, "clinician.00004", sent)
    for reply in replies:
        assert reply.status_code == 200, reply.text
    return Loaded(service, run, sent, [reply.json() for reply in replies])


def test_the_shape_is_that_of_synthea() -> None:
    one, again = patient_bundle("a", 1), patient_bundle("a", 1)
    assert one == again
    kinds = Counter(entry["resource"]["resourceType"] for entry in one["entry"])
    assert sum(kinds.values()) > 250
    assert len(kinds) == 18
    assert one["entry"][-1]["resource"]["resourceType"] == "Provenance"
    references = json.dumps(one).count("urn:uuid:") - len(one["entry"])
    assert references > 1_000


def test_each_of_the_directory_is_there_once(loaded: Loaded) -> None:
    with loaded.service.client("system") as client:
        for number in range(PLACES):
            for path in (
                f"/Organization?identifier={OURS}|{loaded.run}-org-{number}",
                f"/Location?identifier={OURS}|{loaded.run}-loc-{number}",
                f"/Practitioner?identifier={NPI}|{loaded.run}-99{number}",
            ):
                assert client.get(f"{path}&_summary=count").json()["total"] == 1


def test_all_entries_are_there(loaded: Loaded) -> None:
    with loaded.service.client("clinician.00004") as nurse:
        for bundle, reply, who in zip(loaded.sent, loaded.replies, loaded.patients, strict=True):
            assert {one["response"]["status"] for one in reply["entry"]} == {"201 Created"}
            kinds = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
            del kinds["Patient"]
            for kind, number in kinds.items():
                by = SUBJECTS.get(kind, "patient")
                path = f"/{kind}?{by}=Patient/{who}&_summary=count"
                if kind == "Provenance":
                    path = f"/Provenance?target=Patient/{who}&_summary=count"
                assert nurse.get(path).json()["total"] == number, kind


def test_references_lead_to_what_was_meant(loaded: Loaded) -> None:
    bundle, ids = loaded.sent[3], _ids(loaded.replies[3])
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    named = {
        entry["fullUrl"]: f"{kind}/{id}"
        for entry, kind, id in zip(bundle["entry"], kinds, ids, strict=True)
    }
    with loaded.service.client("clinician.00004") as nurse:
        for entry, kind, id in zip(bundle["entry"], kinds, ids, strict=True):
            text = nurse.get(f"/{kind}/{id}").text
            assert "urn:uuid" not in text
            assert "?identifier=" not in text
            stored, sent = json.loads(text), json.dumps(entry["resource"])
            for name, now in named.items():
                sent = sent.replace(f'"{name}"', f'"{now}"')
            assert _without_criteria(stored) == _without_criteria(json.loads(sent))


def _without_criteria(value: Any) -> Any:
    """A resource without what the server sets, and without what is of the directory."""
    if isinstance(value, dict):
        reference = value.get("reference", "")
        if reference.startswith(("Practitioner", "Organization", "Location")):
            return reference.partition("?")[0].partition("/")[0]
        return {
            name: _without_criteria(one)
            for name, one in value.items()
            if name not in {"id", "meta"} or "resourceType" not in value
        }
    return [_without_criteria(one) for one in value] if isinstance(value, list) else value


def test_searches_find_their_way(loaded: Loaded) -> None:
    who = loaded.patients[5]
    with loaded.service.client("clinician.00004") as nurse:
        visits = nurse.get(
            f"/Encounter?patient={who}&_count=100&_include=Encounter:practitioner"
            "&_include=Encounter:location&_include=Encounter:service-provider"
            "&_revinclude=Claim:encounter&_sort=date"
        ).json()["entry"]
        kinds = Counter(one["resource"]["resourceType"] for one in visits)
        assert (kinds["Encounter"], kinds["Claim"]) == (15, 15)
        assert kinds["Location"] == kinds["Organization"] == kinds["Practitioner"] > 0
        by_chain = nurse.get(
            f"/Encounter?participant:Practitioner.identifier={NPI}|{loaded.run}-990&_summary=count"
        ).json()["total"]
        named = json.dumps(loaded.sent).count(f'"individual": {{"reference": "{_criteria(loaded)}"')
        assert by_chain == named > 0
        high = nurse.get(
            f"/Observation?patient={who}&component-code-value-quantity="
            "http://loinc.org|8480-6$ge120|http://unitsofmeasure.org|mm[Hg]&_summary=count"
        )
        assert high.json()["total"] == 15
        billed = nurse.get(f"/ExplanationOfBenefit?patient={who}&claim.use=claim&_summary=count")
        assert billed.json()["total"] == 15


def _criteria(loaded: Loaded) -> str:
    return f"Practitioner?identifier={NPI}|{loaded.run}-990"


def test_everything_of_one(loaded: Loaded) -> None:
    bundle, who = loaded.sent[7], loaded.patients[7]
    found: Counter[str] = Counter()
    with loaded.service.client("clinician.00004") as nurse:
        url = f"/Patient/{who}/$everything?_count=100"
        while url:
            page = nurse.get(url).json()
            found.update(one["resource"]["resourceType"] for one in page.get("entry", ()))
            url = next((one["url"] for one in page["link"] if one["relation"] == "next"), "")
    sent = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
    for kind in sent.keys() - {"Device"}:
        assert found[kind] == sent[kind], kind


def test_nobody_else_sees_them(loaded: Loaded) -> None:
    with loaded.service.client("clinician.00145") as other:
        for who in loaded.patients:
            assert other.get(f"/Patient/{who}").status_code == 404
        for kind in {entry["resource"]["resourceType"] for entry in loaded.sent[0]["entry"]}:
            assert other.get(f"/{kind}?_summary=count").json()["total"] == 0, kind
    with loaded.service.client("analyst.city") as city:
        assert city.get("/Claim?_summary=count").status_code == 403


def test_a_bundle_with_a_fault_leaves_nothing(loaded: Loaded) -> None:
    bundle = patient_bundle(loaded.run, PEOPLE)
    bundle["entry"][-2]["resource"]["outcome"] = "perfect"
    (reply,) = post(loaded.service, "clinician.00004", [bundle])
    assert reply.status_code == 422, reply.text
    place = f"Bundle.entry[{len(bundle['entry']) - 2}].resource.outcome"
    assert [one["expression"] for one in reply.json()["issue"]] == [[place]]
    with loaded.service.client("system") as client:
        path = f"/Patient?identifier={OURS}|{loaded.run}-{PEOPLE}&_summary=count"
        assert client.get(path).json()["total"] == 0
