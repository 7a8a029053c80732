"""Instance history: every version and deletion, newest first, in pages."""

import pytest
from fixtures import records
from fixtures.fhir import BASE, NEIGHBOUR, Api


async def with_versions(api: Api, count: int) -> str:
    """A Patient's path, with that many versions."""
    made = await api.post("Patient", records.patient())
    path = f"Patient/{made.json['id']}"
    for _ in range(count - 1):
        await api.put(path, made.json)
    return path


@pytest.mark.proves("interactions/history-instance")
async def test_versions_and_deletions_are_listed(api: Api) -> None:
    path = await with_versions(api, 2)
    await api.delete(path)
    reply = await api.get(f"{path}/_history")
    bundle = reply.json
    assert (reply.status, bundle["type"], bundle["total"]) == (200, "history", 3)
    assert reply.link("self") == f"{BASE}/{path}/_history"
    assert [entry["request"]["method"] for entry in bundle["entry"]] == ["DELETE", "PUT", "POST"]
    assert [entry["response"]["etag"] for entry in bundle["entry"]] == [
        'W/"3"', 'W/"2"', 'W/"1"',
    ]  # fmt: skip
    assert all(entry["fullUrl"] == f"{BASE}/{path}" for entry in bundle["entry"])
    assert all(entry["response"]["lastModified"] for entry in bundle["entry"])
    assert ["resource" in entry for entry in bundle["entry"]] == [False, True, True]
    assert bundle["entry"][2]["resource"]["meta"]["versionId"] == "1"


@pytest.mark.proves("interactions/history-instance")
async def test_pages_neither_repeat_nor_skip(api: Api) -> None:
    path = await with_versions(api, 5)
    url: str | None = f"{path}/_history?_count=2"
    seen = []
    while url is not None:
        reply = await api.get(url)
        assert reply.json["total"] == 5
        seen += [entry["resource"]["meta"]["versionId"] for entry in reply.entries]
        url = reply.link("next")
    assert seen == ["5", "4", "3", "2", "1"]


async def test_a_page_link_is_its_caller_s(api: Api) -> None:
    path = await with_versions(api, 3)
    link = (await api.get(f"{path}/_history?_count=1")).link("next")
    assert link is not None
    assert (await api.get(link, who=NEIGHBOUR)).status == 403
    assert (await api.get(link.replace("_count=1", "_count=2"))).status == 400
    assert (await api.get(link[:-1] + ("A" if link[-1] != "A" else "B"))).status == 400


@pytest.mark.parametrize(
    "query", ["_count=-1", "_count=x", "_since=x", "_at=2020-13", "_page=x", "foo=1"]
)
async def test_bad_parameters_are_refused(api: Api, query: str) -> None:
    path = await with_versions(api, 1)
    reply = await api.get(f"{path}/_history?{query}")
    assert reply.status == 400
    assert reply.codes
