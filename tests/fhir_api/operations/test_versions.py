"""$versions: public, the same by GET and POST, for everyone."""

import pytest
from fixtures.fhir import ANALYST, NURSE, Api


@pytest.mark.proves("operations/versions")
@pytest.mark.parametrize("who", [None, NURSE, ANALYST])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_it_names_the_version_spoken(api: Api, who: str | None, method: str) -> None:
    reply = await api.ask(method, "$versions", who=who)
    assert reply.status == 200
    assert reply.json == {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "version", "valueCode": "4.0"},
            {"name": "default", "valueCode": "4.0"},
        ],
    }


async def test_other_methods_are_told_which_there_are(api: Api) -> None:
    reply = await api.ask("DELETE", "$versions")
    assert reply.status == 405
    assert reply.headers["allow"] == "GET, POST, HEAD"
    assert reply.codes == ["not-supported"]


@pytest.mark.parametrize("path", ["$nothing", "Patient/$versions", "Patient/1/$nothing"])
async def test_an_operation_that_is_not_here_is_not_found(api: Api, path: str) -> None:
    reply = await api.get(path)
    assert (reply.status, reply.codes) == (404, ["not-supported"])
