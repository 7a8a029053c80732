"""A tour with fhirpy: https://github.com/beda-software/fhir-py."""

import asyncio

import pytest
from fhirpy import AsyncFHIRClient
from fhirpy.base.exceptions import (
    AuthorizationError,
    ForbiddenError,
    MultipleResourcesFound,
    OperationOutcome,
    ResourceNotFound,
)
from fixtures.records import observation
from tour import (
    BASE,
    CITY,
    HOSPITAL,
    NURSE,
    OTHER_WARD,
    SYSTEM,
    identifier,
    person,
    step,
    token_of,
    transaction,
)


def client_of(token: str) -> AsyncFHIRClient:
    return AsyncFHIRClient(BASE, authorization=f"Bearer {token}")


async def main() -> None:
    client = client_of(SYSTEM)
    with step("metadata"):
        told = await client.execute("metadata", method="get")
        assert told["fhirVersion"] == "4.0.1"
        assert len(told["rest"][0]["resource"]) > 100
    who = client.resource("Patient", **person())
    with step("create"):
        await who.save()
        assert who["meta"]["versionId"] == "1"
    with step("read"):
        assert (await client.reference("Patient", who.id).to_resource())["gender"] == "male"
        await who.refresh()  # with If-None-Match: what is unchanged is not sent
    with step("update"):
        who["active"] = True
        await who.save()
        assert (who["meta"]["versionId"], who["active"]) == ("2", True)
    with step("patch"):
        await who.patch(active=False, birthDate=None)
        assert (who["meta"]["versionId"], who["active"]) == ("3", False)
        assert "birthDate" not in who
        again = await client.patch("Patient", who.id, birthDate="1958-02-01")
        assert (again["birthDate"], again["active"]) == ("1958-02-01", False)
    await conditional(client)
    await searches(client, who.id, token_of(who))
    with step("transaction"):
        reply = await client.execute("", data=transaction("Vũ"))
        assert [one["response"]["status"] for one in reply["entry"]] == ["201 Created"] * 2
        found = reply["entry"][0]["response"]["location"].split("/")
        weight = await client.reference(found[-4], found[-3]).to_resource()
        assert weight["subject"]["reference"].startswith("Patient/")
    with step("delete"):
        gone = client.resource("Patient", **person())
        await gone.save()
        await gone.delete()
        with pytest.raises(ResourceNotFound, match="deleted"):
            await client.reference("Patient", gone.id).to_resource()
    with step("errors"):
        with pytest.raises(OperationOutcome) as refused:
            await client.resource("Patient", **person(gender="blue")).save()
        assert refused.value.resource["issue"][0]["expression"] == ["Patient.gender"]
    with step("validate"):
        assert await client.resource("Patient", **person()).is_valid()
        assert not await client.resource("Patient", **person(gender="blue")).is_valid()
    await restricted(who.id, token_of(who))


async def conditional(client: AsyncFHIRClient) -> None:
    key = identifier()
    value = f"{key['system']}|{key['value']}"
    mine = client.resources("Patient").search(identifier=value)
    with step("conditional create"):
        first, made = await mine.get_or_create(
            client.resource("Patient", **person(identifier=[key]))
        )
        again, more = await mine.get_or_create(
            client.resource("Patient", **person(identifier=[key]))
        )
        assert (made, more, again.id) == (True, False, first.id)
    with step("conditional update, patch and delete"):
        changed = client.resource("Patient", **person(identifier=[key], gender="female"))
        updated, made = await mine.update(changed)
        assert (made, updated.id, updated["gender"]) == (False, first.id, "female")
        with pytest.warns(DeprecationWarning, match="patch"):
            patched = await mine.patch(gender="other")
        assert (patched.id, patched["gender"]) == (first.id, "other")
        await mine.delete()
        assert await mine.count() == 0
        for _ in range(2):
            await client.resource("Patient", **person(identifier=[key])).save()
        with pytest.raises(MultipleResourcesFound, match="OperationOutcome"):
            await mine.update(changed)


async def searches(client: AsyncFHIRClient, id: str, value: str) -> None:
    for _ in range(5):
        await client.resource("Observation", **observation(id)).save()
    weights = client.resources("Observation").search(patient=f"Patient/{id}")
    with step("paging"):
        found = await weights.limit(2).fetch_all()
        assert len({one.id for one in found}) == 5
        assert await weights.count() == 5
    with step("chains"):
        by_chain = client.resources("Observation").search(subject__Patient__identifier=value)
        assert len(await by_chain.fetch()) == 5
        by_has = client.resources("Patient").has(
            "Observation", "patient", code="http://loinc.org|29463-7"
        )
        assert [one.id for one in await by_has.search(identifier=value).fetch()] == [id]
    with step("includes"):
        bundle = await weights.include("Observation", "subject").fetch_raw()
        assert [e.search.mode for e in bundle.entry].count("include") == 1
        patients = client.resources("Patient").search(_id=id)
        bundle = await patients.revinclude("Observation", "subject").fetch_raw()
        assert [e.search.mode for e in bundle.entry].count("include") == 5


async def restricted(id: str, value: str) -> None:
    with step("the ward"):
        assert (await client_of(NURSE).reference("Patient", id).to_resource()).id == id
    with step("the wrong ward"):
        other = client_of(OTHER_WARD)
        assert await other.resources("Patient").search(identifier=value).fetch() == []
        for attempt in (
            other.reference("Patient", id).to_resource(),
            other.reference("Patient", id).patch(gender="female"),
            other.reference("Patient", id).delete(),
        ):
            with pytest.raises(ResourceNotFound, match="OperationOutcome"):
                await attempt
        with pytest.raises((ForbiddenError, OperationOutcome)):
            await other.resource("Observation", **observation(id)).save()
    with step("a hospital"):
        hospital = client_of(HOSPITAL)
        with pytest.raises(ResourceNotFound):
            await hospital.reference("Patient", id).to_resource()
        assert await hospital.resources("Patient").search(_id=id).fetch() == []
        with pytest.raises(ForbiddenError, match="Name the resident"):
            await hospital.resources("Patient").search(identifier=value).fetch()
    with step("the city, and nobody"):
        with pytest.raises(ForbiddenError, match="OperationOutcome"):
            await client_of(CITY).resources("Patient").search(identifier=value).fetch()
        with pytest.raises(AuthorizationError, match="OperationOutcome"):
            await AsyncFHIRClient(BASE).resources("Patient").search(identifier=value).fetch()


asyncio.run(main())
