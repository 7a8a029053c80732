"""Over HTTP: every official example is found by each of its own search parameters."""

from collections import Counter
from urllib.parse import quote

import pytest
from fixtures.asking import askable, examples
from fixtures.fhir import SYSTEM, Api

from ehr.fhir.validate import check
from ehr.ingest.save import IMMUTABLE

EACH = 2
"""Examples that are asked for by each parameter of a type."""


@pytest.mark.slow
@pytest.mark.proves("search/every-parameter")
async def test_each_example_is_found_by_each_of_its_parameters(api: Api) -> None:
    done: Counter[tuple[str, str]] = Counter()
    lost: list[str] = []
    for resource in examples():
        kind = resource["resourceType"]
        wanted = [one for one in askable(resource) if done[kind, one[0].code] < EACH]
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
