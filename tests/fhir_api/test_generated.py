"""Over HTTP: what is made at random is stored, found by what it holds, and refused if spoilt."""

from urllib.parse import quote

import pytest
from fixtures.asking import askable, nowhere
from fixtures.fhir import SYSTEM, Api
from fixtures.generated import drawn, resources
from fixtures.mutated import several

from ehr.fhir import definitions
from ehr.fhir.resource import Resource, dump
from ehr.search.parameter import Parameter

GROUPS = 4
TYPES = [kind for kind in definitions.resource_types() if kind != "SearchParameter"]
"""A SearchParameter defines one, which is more than to be stored (`test_custom_parameters`)."""
SPARE = frozenset({"id", "meta"})
"""What the server sets."""


def content(resource: Resource) -> bytes:
    """The bytes of a resource without what the server sets, number literals as they are."""
    return dump({name: one for name, one in resource.items() if name not in SPARE})


async def missed(api: Api, stored: Resource) -> list[str]:
    """The queries that should find a resource and do not, or find it and should not."""
    kind, wrong = stored["resourceType"], []

    async def ask(parameter: Parameter, text: str, is_there: bool) -> None:
        query = f"{kind}?{parameter.code}={quote(text, safe='')}"
        reply = await api.get(query, who=SYSTEM)
        ids = (
            [entry["resource"].get("id") for entry in reply.entries] if reply.status == 200 else []
        )
        if reply.status != 200 or (stored["id"] in ids) is not is_there:
            wrong.append(f"{reply.status} {query} in {dump(stored).decode()}")

    for parameter, text in askable(stored):
        await ask(parameter, text, True)
        other = nowhere(parameter)
        if other is not None:
            await ask(parameter, other, False)
    return wrong


@pytest.mark.proves("validation/mutations", "search/every-parameter")
@pytest.mark.parametrize("group", range(GROUPS))
async def test_what_is_made_from_the_definitions_is_stored_and_found(api: Api, group: int) -> None:
    wrong: list[str] = []
    for kind in TYPES[group::GROUPS]:
        for resource in drawn(resources((kind,)), 1):
            reply = await api.post(kind, resource, who=SYSTEM)
            assert reply.status == 201, (reply.body, dump(resource))
            assert content(reply.json) == content(resource)
            wrong += await missed(api, reply.json)
    assert not wrong, "\n".join(wrong)


@pytest.mark.proves("validation/mutations", "interactions/errors")
async def test_one_thing_wrong_is_refused_at_its_place(api: Api) -> None:
    """Codes, places and words of the refusal."""
    for _, mutations in drawn(several(resources(), 4), 30):
        for mutation in mutations:
            kind = str(mutation.resource["resourceType"])
            reply = await api.post(kind, mutation.resource, who=SYSTEM)
            assert reply.status in (400, 422), (mutation, reply.body)
            assert mutation.expression in reply.places, (mutation, reply.places)
            assert mutation.codes & set(reply.codes)
            assert mutation.expression in reply.said
