"""History of a type and of the system: what it shows, in which order, in pages, and to whom."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, SYSTEM, Answer, Api

from ehr import clock
from ehr.fhir.validate import check

RESTRICTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}


def shown(reply: Answer) -> list[str]:
    """`id/version method` of each entry."""
    assert reply.status == 200, reply.body
    return [
        f"{entry['fullUrl'].rpartition('/')[2]}/{entry['response']['etag'][3:-1]}"
        f" {entry['request']['method']}"
        for entry in reply.entries
    ]


async def lived(api: Api, who: str = NURSE) -> tuple[str, str]:
    """A patient who was changed, and one who was deleted."""
    made = (await api.post("Patient", records.patient(), who=who)).json
    await api.put(f"Patient/{made['id']}", made | {"gender": "female"}, who=who)
    gone = await api.create(records.patient(), who=who)
    await api.delete(f"Patient/{gone}", who=who)
    return str(made["id"]), gone


@pytest.mark.proves("interactions/history-type", "interactions/history-system")
async def test_every_version_newest_first(api: Api) -> None:
    one, gone = await lived(api)
    finding = await api.create(records.observation(one))
    expected = [f"{gone}/2 DELETE", f"{gone}/1 POST", f"{one}/2 PUT", f"{one}/1 POST"]
    of_type = await api.get("Patient/_history")
    assert shown(of_type) == expected
    assert check(of_type.json) == []
    assert shown(await api.get("_history")) == [f"{finding}/1 POST", *expected]
    assert shown(await api.get("Condition/_history")) == []
    assert "resource" not in of_type.entries[0]
    assert [one["resource"]["gender"] for one in of_type.entries[2:]] == ["female", "male"]


@pytest.mark.proves("interactions/history-parameters")
async def test_pages_repeat_and_skip_nothing(api: Api) -> None:
    await lived(api)
    await lived(api)
    for path in ("Patient/_history", "_history"):
        whole = shown(await api.get(path))
        assert len(whole) == 8
        found: list[str] = []
        link: str | None = f"{path}?_count=3"
        while link is not None:
            reply = await api.get(link)
            found += shown(reply)
            link = reply.link("next")
        assert found == whole
    assert shown(await api.get("Patient/_history?_count=0")) == []


@pytest.fixture
def ticking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes when the clock is asked, and then only: no two versions are of one instant."""
    began, ticks = datetime(2026, 11, 5, tzinfo=UTC), count()
    monkeypatch.setattr(clock, "now", lambda: began + timedelta(milliseconds=next(ticks)))


@pytest.mark.proves("interactions/history-parameters")
@pytest.mark.usefixtures("ticking")
async def test_since_and_at(api: Api) -> None:
    one, gone = await lived(api)
    whole = (await api.get("Patient/_history")).entries
    times = [entry["response"]["lastModified"] for entry in whole]
    for path in ("Patient/_history", "_history"):
        assert shown(await api.get(f"{path}?_since={times[1]}")) == [
            f"{gone}/2 DELETE",
            f"{gone}/1 POST",
        ]
        assert shown(await api.get(f"{path}?_since=2090")) == []
        assert shown(await api.get(f"{path}?_since=2090-01-01T00:00:00+07:00")) == []
        # At the moment of its second version both may be said to be current.
        assert f"{one}/2 PUT" in shown(await api.get(f"{path}?_at={times[2]}"))
        assert shown(await api.get(f"{path}?_at=2020")) == []
        assert len(shown(await api.get(f"{path}?_at={times[0][:4]}"))) == 4
    instance = f"Patient/{one}/_history"
    assert shown(await api.get(f"{instance}?_since={times[2]}")) == [f"{one}/2 PUT"]
    assert shown(await api.get(f"{instance}?_at=2020")) == []
    assert shown(await api.get(f"{instance}?_since=2090")) == []
    assert (await api.get(f"{instance}?_since={times[2]}")).json.get("total") is None
    assert (await api.get(instance)).json["total"] == 2


@pytest.mark.parametrize("path", ["_history", "Patient/_history"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("_since=x", "invalid"),
        ("_at=2020-13", "invalid"),
        ("_count=-1", "invalid"),
        ("_count=1&_count=2", "invalid"),
        ("name=x", "not-supported"),
        ("_page=x", "invalid"),
    ],
)
async def test_what_is_refused(api: Api, path: str, query: str, code: str) -> None:
    reply = await api.get(f"{path}?{query}")
    assert (reply.status, reply.codes) == (400, [code])


async def test_who_sees_what(api: Api) -> None:
    """Another ward's versions and deletions are not there, and nor is what a label hides."""
    one, _ = await lived(api)
    mine = shown(await api.get("Patient/_history"))
    await lived(api, NEIGHBOUR)
    hidden = records.observation(one) | {"meta": {"security": [RESTRICTED]}}
    await api.create(hidden, who=SYSTEM)
    for path in ("Patient/_history", "_history"):
        assert shown(await api.get(path)) == mine
        assert (await api.get(path, who=None)).status == 401
        for who in (ANALYST, HOSPITAL):
            reply = await api.get(path, who=who)
            assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert len(shown(await api.get("Patient/_history", who=SYSTEM))) == 8
    assert len(shown(await api.get("_history", who=SYSTEM))) == 9
    assert (await api.get("Patient/_history", scope="user/Observation.r")).status == 403
    assert shown(await api.get("_history", scope="user/Observation.r")) == []


async def test_a_page_link_is_its_caller_s(api: Api) -> None:
    await lived(api)
    await lived(api, NEIGHBOUR)
    link = (await api.get("_history?_count=1")).link("next")
    assert link is not None
    assert (await api.get(link, who=NEIGHBOUR)).status == 403
    assert (await api.get(link.replace("_count=1", "_count=2"))).status == 400


async def test_shared_resources_are_everyone_s(api: Api) -> None:
    organization: dict[str, Any] = {"resourceType": "Organization", "name": "A"}
    id = await api.create(organization, who=SYSTEM)
    for who in (NURSE, NEIGHBOUR, SYSTEM):
        assert f"{id}/1 POST" in shown(await api.get("Organization/_history", who=who))
