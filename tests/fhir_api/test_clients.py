"""Client libraries that others use, against a real server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import ResourceNotFound
from fixtures import records
from fixtures.fhir import NURSE, Api, authenticating
from fixtures.serving import free_socket, served
from starlette.applications import Starlette

from auth.demo import DemoIssuer
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.front import Front
from fhir_api.app import FhirApi


@pytest.fixture
async def address(committed: Database, issuer: DemoIssuer) -> AsyncIterator[str]:
    """The FHIR base of a running server, which its page links name too."""
    socket, url = free_socket()
    settings = replace(issuer.settings, base_url=url)
    async with authenticating(committed, issuer) as authenticator:
        app = FhirApi(committed, authenticator, settings, AuditLog(committed), link_key=b"l" * 32)
        front = Front(
            Starlette(),
            app,  # type: ignore[arg-type] # it takes any mapping, and is given ASGI's
            hosts=frozenset({"127.0.0.1"}),
            proxies=frozenset(),
            audit=SimpleNamespace(under_way=0),
        )
        async with served(front, socket):
            yield f"{url}/fhir"


async def test_fhirpy(committing: Api, address: str) -> None:
    client = AsyncFHIRClient(address, authorization=f"Bearer {await committing.token(NURSE)}")
    patient = client.resource("Patient", **records.patient())
    await patient.save()
    assert patient["meta"]["versionId"] == "1"
    patient["active"] = True
    await patient.save()
    assert patient["meta"]["versionId"] == "2"
    for _ in range(5):
        await client.resource("Observation", **records.observation(patient.id)).save()
    found = client.resources("Observation").search(patient=f"Patient/{patient.id}").limit(2)
    assert len(await found.fetch_all()) == 5
    assert await client.resources("Patient").search(name="nguyễn").count() == 1
    again = client.resource("Patient", **records.patient())
    assert (await client.resources("Patient").search(gender="male").get_or_create(again))[
        1
    ] is False
    with pytest.raises(ResourceNotFound):
        await client.reference("Patient", "nobody").to_resource()


async def test_fhirclient(committing: Api, address: str) -> None:
    await asyncio.to_thread(use_fhirclient, address, await committing.token(NURSE))


def use_fhirclient(address: str, token: str) -> None:
    client = FHIRClient(settings={"app_id": "test", "api_base": address})
    client.server.session.headers["Authorization"] = f"Bearer {token}"
    made = Patient(records.patient()).create(client.server)
    read = Patient.read(made["id"], client.server)
    assert read.name[0].family == "Nguyễn"
    for _ in range(3):
        Observation(records.observation(read.id)).create(client.server)
    search = Observation.where({"patient": f"Patient/{read.id}", "code": "29463-7", "_count": "2"})
    found = list(search.perform_resources_iter(client.server))
    assert [one.valueQuantity.value for one in found] == [58, 58, 58]
