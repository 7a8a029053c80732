"""Every example of the specification that is valid is stored and comes back as it was."""

import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fixtures.fhir import BASE, FHIR_JSON, SYSTEM, Api

from ehr.fhir.resource import Resource, dump, parse
from ehr.fhir.validate import check
from ehr.ingest.save import IMMUTABLE

ARCHIVE = Path(__file__).parents[1] / "fixtures" / "r4_examples.tar.xz"
ONE_IN = 17
LARGEST = 150_000
"""Bytes of an example; the largest few are the specification's own value sets."""
MOVED = frozenset({"resourceType", "id", "meta"})
"""What stands first in every stored resource."""
SET_BY_THE_SERVER = frozenset({"versionId", "lastUpdated", "security"})


def examples() -> Iterator[tuple[str, bytes]]:
    """(name, body) of the examples that are resources of their own and valid."""
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None and member.size <= LARGEST:
                yield member.name, content.read()


def without_meta(resource: Resource) -> tuple[bytes, bytes]:
    """The bytes of a resource, number literals and order kept, and of what it says of itself."""
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in SET_BY_THE_SERVER}
    rest = {key: value for key, value in resource.items() if key not in MOVED}
    return dump(rest), dump(meta)


async def round_trip(api: Api, name: str, body: bytes) -> None:
    resource = parse(body)
    if check(resource):
        return
    kind = resource["resourceType"]
    if kind in IMMUTABLE:
        stored = await api.ask("POST", kind, content=body, who=SYSTEM)
    else:
        stored = await api.ask("PUT", f"{kind}/{resource['id']}", content=body, who=SYSTEM)
    assert stored.status == 201, (name, stored.body[:500])
    path = stored.headers["location"].removeprefix(f"{BASE}/").partition("/_history")[0]
    read = await api.get(path, who=SYSTEM)
    assert read.body == stored.body
    assert without_meta(read.json) == without_meta(resource), name


@pytest.mark.proves("fidelity/examples")
async def test_examples_come_back_as_they_were(api: Api) -> None:
    sample = [one for number, one in enumerate(examples()) if number % ONE_IN == 0]
    assert len(sample) > 30
    for name, body in sample:
        await round_trip(api, name, body)


@pytest.mark.proves("fidelity/examples")
@pytest.mark.slow
async def test_all_examples_come_back_as_they_were(api: Api) -> None:
    for name, body in examples():
        await round_trip(api, name, body)


async def test_an_invalid_example_is_refused_by_its_place(api: Api) -> None:
    body = next(body for name, body in examples() if name == "Questionnaire-qs1.json")
    reply = await api.ask(
        "POST", "Questionnaire", content=body, who=SYSTEM, headers={"Content-Type": FHIR_JSON}
    )
    assert reply.status == 400
    assert reply.places
