"""The FHIR API with tokens of a real Keycloak: who sees a resident, and who does not."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, EVERYTHING, HOSPITAL, NURSE, OTHER_WARD, Api

from auth.bearer import Authenticator
from auth.scopes import WEB
from ehr.audit.record import AuditLog
from ehr.db import Database
from ehr.search import hashing
from fhir_api.app import FhirApi

OF_HOSPITAL = "system/Patient.rs system/Observation.crus system/Encounter.crus system/Bundle.c"


@dataclass
class KeycloakApi(Api):
    """The same API, asked with Keycloak's tokens."""

    keycloak: Any = None

    async def token(self, who: str, scope: str = EVERYTHING) -> str:
        """An access token; `scope` is what Keycloak gives the client."""
        if (who, scope) not in self.tokens:
            self.tokens[who, scope] = (
                self.keycloak.token_for_client(who, OF_HOSPITAL)
                if who == HOSPITAL
                else self.keycloak.token_for_person(who, WEB)
            )
        return self.tokens[who, scope]


@pytest.fixture
async def api(
    keycloak: Any, authenticator: Authenticator, db: Database
) -> AsyncIterator[KeycloakApi]:
    """The API on a database that is rolled back."""
    hashing.install(b"h" * 32, (BASE,))
    app = FhirApi(db, authenticator, keycloak.settings, AuditLog(db), link_key=b"l" * 32)
    transport = httpx.ASGITransport(app, root_path="/fhir", client=("192.0.2.7", 123))
    async with httpx.AsyncClient(transport=transport) as client:
        yield KeycloakApi(client, db, issuer=None, keycloak=keycloak)  # type: ignore[arg-type] # Keycloak is the issuer


async def refer(api: Api, patient: str) -> None:
    """Give the hospital one patient."""
    now = datetime.now(UTC)
    async with api.db.administration() as tx:
        await tx.execute(
            "INSERT INTO access_grant (grantee, pat, reason, basis, valid_from, until)"
            " SELECT 11, rid, 'referral', id, %s, %s FROM resource_directory WHERE id = %s",
            (now - timedelta(days=1), now + timedelta(days=1), patient),
        )


async def test_a_resident_is_seen_in_their_ward_alone(api: KeycloakApi) -> None:
    patient = await api.create(records.patient())
    weight = await api.create(records.observation(patient))
    assert (await api.get(f"Patient/{patient}")).status == 200
    assert (await api.get(f"Observation?patient=Patient/{patient}")).ids == [weight]
    for path in (
        f"Patient/{patient}",
        f"Patient/{patient}/_history",
        f"Observation/{weight}",
        f"Observation/{weight}/_history/1",
    ):
        assert (await api.get(path, who=OTHER_WARD)).status == 404
        assert (await api.get(path, who=HOSPITAL)).status == 404
    for query in (
        f"Patient?_id={patient}&_total=accurate",
        f"Observation?patient=Patient/{patient}&_include=Observation:subject&_total=accurate",
    ):
        reply = await api.get(query, who=OTHER_WARD)
        assert (reply.ids, reply.json["total"]) == ([], 0)


async def test_a_hospital_reads_and_sends_of_whom_it_was_sent(api: KeycloakApi) -> None:
    sent, other = await api.create(records.patient()), await api.create(records.patient())
    await refer(api, sent)
    assert (await api.get(f"Patient/{sent}", who=HOSPITAL)).status == 200
    assert (await api.get(f"Patient/{other}", who=HOSPITAL)).status == 404
    for patient, status in ((sent, 200), (other, 422)):
        entry = {
            "resource": records.observation(patient),
            "request": {"method": "POST", "url": "Observation"},
        }
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}
        reply = await api.post("", bundle, who=HOSPITAL)
        assert reply.status == status, reply.body
    assert len((await api.get(f"Observation?patient=Patient/{sent}")).ids) == 1
    assert (await api.get(f"Observation?patient=Patient/{other}")).ids == []
    assert (await api.get("Condition?patient=Patient/1", who=HOSPITAL)).status == 403


async def test_the_analyst_reads_no_record(api: KeycloakApi) -> None:
    patient = await api.create(records.patient())
    for path in (f"Patient/{patient}", "Patient", "Observation?_summary=count", "Organization"):
        assert (await api.get(path, who=ANALYST)).status == 403


async def test_nobody_without_an_access_token(api: KeycloakApi) -> None:
    tokens = api.keycloak.tokens_for_person(NURSE)
    for token in (tokens["id_token"], tokens["refresh_token"], tokens["access_token"] + "x"):
        headers = {"Authorization": f"Bearer {token}"}
        reply = await api.get("Patient", who=None, headers=headers)
        assert (reply.status, reply.codes) == (401, ["login"])
        assert reply.headers["www-authenticate"].startswith("Bearer")
    assert (await api.get("Patient", who=None)).status == 401
