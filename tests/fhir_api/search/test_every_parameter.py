"""Over HTTP: every official example is found by each of its own search parameters."""

from collections import Counter
from urllib.parse import quote

import pytest
from fixtures.asking import examples, texts_of
from fixtures.fhir import SYSTEM, Api

from ehr.fhir.resource import Resource
from ehr.fhir.validate import check
from ehr.ingest.save import IMMUTABLE
from ehr.search.parameter import Parameter
from ehr.search.registry import parameters

EACH = 2
"""Examples that are asked for by each parameter of a type."""


def asked(resource: Resource) -> list[tuple[Parameter, str]]:
    """The parameters that have a value in a resource, and what finds it."""
    found = []
    for parameter in parameters(resource["resourceType"]).values():
        if (
            parameter.searchable
            and parameter.definition
            and parameter.storage not in ("lu", "text")
        ):
            text = next((one for one in texts_of(parameter, resource) if one), None)
            if text is not None:
                found.append((parameter, text))
    return found


@pytest.mark.slow
@pytest.mark.proves("search/every-parameter")
async def test_each_example_is_found_by_each_of_its_parameters(api: Api) -> None:
    done: Counter[tuple[str, str]] = Counter()
    lost: list[str] = []
    for resource in examples():
        kind = resource["resourceType"]
        wanted = [one for one in asked(resource) if done[kind, one[0].code] < EACH]
        if check(resource) or kind in IMMUTABLE or not wanted:
            continue
        stored = await api.put(f"{kind}/{resource['id']}", resource, who=SYSTEM)
        if stored.status >= 300:
            continue
        for parameter, text in wanted:
            done[kind, parameter.code] += 1
            query = f"{kind}?{parameter.code}={quote(text)}&_count=1000"
            reply = await api.get(query, who=SYSTEM)
            ids = [entry["resource"]["id"] for entry in reply.entries]
            if resource["id"] not in ids:
                lost.append(f"{reply.status} {query}")
    assert not lost, "\n".join(lost)
    assert len(done) > 700
