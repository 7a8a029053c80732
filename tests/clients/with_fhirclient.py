"""A tour with SMART's Python client: https://github.com/smart-on-fhir/client-py.

A nurse logs in through it, as a SMART app does; the rest is asked with tokens.
"""

import httpx
import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.bundle import Bundle
from fhirclient.models.encounter import Encounter
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import (
    FHIRNotFoundException,
    FHIRPermissionDeniedException,
    FHIRServer,
    FHIRUnauthorizedException,
)
from fixtures.records import encounter, observation
from requests import HTTPError
from tour import (
    BASE,
    CITY,
    HOSPITAL,
    NURSE,
    OTHER_WARD,
    SYSTEM,
    person,
    step,
    token_of,
    transaction,
)

CALLBACK = f"{BASE.removesuffix('/fhir')}/app/callback"


def client_of(token: str | None) -> FHIRClient:
    """A client that found the issuer in `metadata` and was given this token."""
    client = FHIRClient(settings={"app_id": "tour", "api_base": BASE})
    client.prepare()
    client.server.auth.access_token = token
    return client


def log_in() -> FHIRClient:
    """A nurse's client, by code and PKCE, of the endpoints that `metadata` names."""
    client = FHIRClient(
        settings={
            "app_id": "tram-web",
            "api_base": BASE,
            "redirect_uri": CALLBACK,
            "scope": "openid fhirUser user/*.cruds",
        }
    )
    client.wants_patient = False
    asked = httpx.URL(client.authorize_url)
    with httpx.Client(trust_env=False) as browser:
        form = dict(asked.params) | {"login": "clinician.00004"}
        answer = browser.post(asked.copy_with(query=None), data=form)
    client.handle_callback(answer.headers["location"])
    assert client.ready
    return client


def main() -> None:
    client = client_of(SYSTEM)
    server = client.server
    with step("metadata"):
        told = server.capabilityStatement
        assert told.fhirVersion == "4.0.1"
        assert server.auth.auth_type == "oauth2"
        assert client.ready
    with step("create"):
        made = Patient(person()).create(server)
        assert made["meta"]["versionId"] == "1"
    id, value = made["id"], token_of(made)
    with step("read"):
        who = Patient.read(id, server)
        assert (who.name[0].family, who.birthDate.isostring) == ("Nguyễn", "1958-02-01")
    with step("update"):
        who.active = True
        assert who.update(server)["meta"]["versionId"] == "2"
    searches(server, id, value)
    with step("transaction"):
        reply = Bundle(Bundle(transaction("Vũ")).create(server))
        assert [one.response.status for one in reply.entry] == ["201 Created"] * 2
        found = Observation.read_from(reply.entry[0].response.location, server)
        assert found.subject.reference.startswith("Patient/")
    with step("delete"):
        gone = Patient.read(Patient(person()).create(server)["id"], server)
        gone.delete()
        with pytest.raises(HTTPError) as refused:
            Patient.read(gone.id, server)
        assert refused.value.response.status_code == 410
    with step("errors"):
        with pytest.raises(HTTPError) as refused:
            server.post_json("Patient", person(gender="blue"))
        assert refused.value.response.json()["issue"][0]["expression"] == ["Patient.gender"]
        with pytest.raises(FHIRNotFoundException) as missing:
            Patient.read("nobody", server)
        assert missing.value.response.json()["issue"][0]["code"] == "not-found"
    with step("log in, as the ward"):
        nurse = log_in()
        assert Patient.read(id, nurse.server).id == id
        visit = Encounter(encounter(id)).create(nurse.server)
        assert visit["subject"]["reference"] == f"Patient/{id}"
    with step("the ward"):
        assert Patient.read(id, client_of(NURSE).server).id == id
    restricted(id, value)


def searches(server: FHIRServer, id: str, value: str) -> None:
    for _ in range(5):
        Observation(observation(id)).create(server)
    with step("paging"):
        search = Observation.where({"patient": f"Patient/{id}", "_count": "2"})
        assert len({one.id for one in search.perform_resources_iter(server)}) == 5
        assert [len(page.entry) for page in search.perform_iter(server)] == [2, 2, 1]
    with step("chains"):
        chain = Observation.where({"subject:Patient.identifier": value})
        assert len(list(chain.perform_resources_iter(server))) == 5
        has = Patient.where({"_has:Observation:patient:code": "29463-7", "identifier": value})
        assert [one.id for one in has.perform_resources_iter(server)] == [id]
    with step("includes"):
        along = Observation.where({"patient": f"Patient/{id}"}).include("subject")
        kinds = [one.resource_type for one in along.perform_resources_iter(server)]
        assert (kinds.count("Observation"), kinds.count("Patient")) == (5, 1)
        back = Patient.where({"_id": id}).include("subject", Observation, reverse=True)
        kinds = [one.resource_type for one in back.perform_resources_iter(server)]
        assert (kinds.count("Observation"), kinds.count("Patient")) == (5, 1)


def restricted(id: str, value: str) -> None:
    mine = Patient.where({"identifier": value})
    with step("the wrong ward"):
        other = client_of(OTHER_WARD).server
        assert list(mine.perform_resources_iter(other)) == []
        with pytest.raises(FHIRNotFoundException):
            Patient.read(id, other)
        with pytest.raises((FHIRPermissionDeniedException, HTTPError)):
            Observation(observation(id)).create(other)
    with step("a hospital"):
        hospital = client_of(HOSPITAL).server
        with pytest.raises(FHIRNotFoundException):
            Patient.read(id, hospital)
        assert list(Patient.where({"_id": id}).perform_resources_iter(hospital)) == []
        with pytest.raises(FHIRPermissionDeniedException) as refused:
            list(mine.perform_resources_iter(hospital))
        assert "Name the resident" in refused.value.response.text
    with step("the city, and nobody"):
        with pytest.raises(FHIRPermissionDeniedException) as refused:
            Patient.read(id, client_of(CITY).server)
        assert refused.value.response.json()["resourceType"] == "OperationOutcome"
        with pytest.raises(FHIRUnauthorizedException):
            Patient.read(id, client_of(None).server)


main()
