"""metadata?mode=terminology tells what the terminology operations serve, truly."""

import pytest
from fixtures.fhir import ANALYST, BASE, NURSE, Api

from ehr.fhir.validate import check
from ehr.terminology import shipped
from fhir_api.operations.registry import OPERATIONS

METADATA = "metadata?mode=terminology"


@pytest.mark.proves("interactions/capabilities")
async def test_it_is_public_valid_and_the_same_for_everyone(api: Api) -> None:
    reply = await api.get(METADATA, who=None)
    assert reply.status == 200
    assert reply.json["resourceType"] == "TerminologyCapabilities"
    assert check(reply.json) == []
    assert reply.json["implementation"]["url"] == BASE
    for who in (NURSE, ANALYST):
        assert (await api.get(METADATA, who=who)).body == reply.body


@pytest.mark.proves("interactions/capabilities")
async def test_its_code_systems_are_those_that_lookup_knows(api: Api) -> None:
    told = {
        one["uri"]: one.get("version", [{}])[0].get("code")
        for one in (await api.get(METADATA, who=None)).json["codeSystem"]
    }
    assert list(told) == shipped.urls()[0]
    for url, version in told.items():
        known = shipped.code_system(url)
        assert known is not None
        assert known.version == version


@pytest.mark.proves("interactions/capabilities")
async def test_each_of_its_expansion_parameters_is_taken(api: Api) -> None:
    told = (await api.get(METADATA, who=None)).json
    served = {one.name for one in OPERATIONS}
    assert ("closure" in told) is ("closure" in served)
    assert {"expand", "validate-code", "translate"} <= served
    for each in told["expansion"]["parameter"]:
        reply = await api.get(f"ValueSet/$expand?{each['name']}=x&url=urn:nowhere")
        assert "There is no parameter" not in reply.said, each
