"""`_total` in its three forms, each of what the caller may see and nothing else."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, HOSPITAL, NEIGHBOUR, NURSE, OTHER_WARD, SYSTEM, Answer, Api

from ehr.records import find

ESTIMATE = "Bundle.total is an estimate; _total=accurate counts."


async def fill(api: Api) -> None:
    """Five residents in one ward, two in the next."""
    for who, count in ((NURSE, 5), (NEIGHBOUR, 2)):
        for _ in range(count):
            await api.create(records.patient(), who=who)


def told(reply: Answer) -> list[str]:
    """What the outcomes among the entries say."""
    outcomes = [one for one in reply.entries if one["search"]["mode"] == "outcome"]
    return [issue["diagnostics"] for one in outcomes for issue in one["resource"]["issue"]]


@pytest.mark.proves("results/_total")
@pytest.mark.parametrize(
    ("asked", "who", "total"),
    [
        ("", NURSE, None),
        ("_total=none", NURSE, None),
        ("_total=accurate", NURSE, 5),
        ("_total=accurate", NEIGHBOUR, 2),
        ("_total=accurate", SYSTEM, 7),
        ("_total=accurate", OTHER_WARD, 0),
        ("_total=estimate", NURSE, 5),
        ("_total=estimate", OTHER_WARD, 0),
        ("_total=estimate&gender=female", NURSE, 0),
        ("_summary=count", NEIGHBOUR, 2),
        ("_summary=count&_total=none", NURSE, 5),
        ("_count=0", NURSE, 5),
        ("_count=0&_total=estimate", NURSE, 5),
        ("_total=accurate&_count=1", NURSE, 5),
    ],
)
async def test_a_total(api: Api, asked: str, who: str, total: int | None) -> None:
    await fill(api)
    reply = await api.get(f"Patient?{asked}", who=who)
    assert reply.json.get("total") == total
    assert told(reply) == []


@pytest.mark.proves("results/_total")
async def test_an_estimate_says_so(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(api)
    monkeypatch.setattr(find, "MAX_COUNTED", 3)
    for asked in ("_total=estimate", "_total=estimate&_count=1", "_total=estimate&_count=0"):
        reply = await api.get(f"Patient?{asked}")
        assert reply.json["total"] >= 4
        assert told(reply) == [ESTIMATE]
        assert reply.entries[-1]["resource"]["issue"][0]["severity"] == "information"
    for who in (NEIGHBOUR, OTHER_WARD):
        few = await api.get("Patient?_total=estimate", who=who)
        assert (few.json["total"], told(few)) == (len(few.ids), [])
    assert (await api.get("Patient?_total=accurate")).json["total"] == 5


async def test_an_estimate_of_several_wards_and_branches(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(api)
    monkeypatch.setattr(find, "MAX_COUNTED", 1)
    for asked in ("gender=male", "name=nguyen", "_lastUpdated=ge2020", "birthdate=ge1950"):
        reply = await api.get(f"Patient?{asked}&_total=estimate", who=SYSTEM)
        assert (reply.status, told(reply)) == (200, [ESTIMATE]), asked


@pytest.mark.parametrize("total", ["none", "estimate", "accurate"])
async def test_a_total_needs_the_right_to_search(api: Api, total: str) -> None:
    assert (await api.get(f"Patient?_total={total}", who=None)).status == 401
    for who in (ANALYST, HOSPITAL):
        reply = await api.get(f"Patient?_total={total}", who=who)
        assert (reply.status, reply.codes) == (403, ["forbidden"])


@pytest.mark.parametrize("value", ["some", "true", "Accurate", "none,accurate"])
async def test_another_value_is_refused(api: Api, value: str) -> None:
    reply = await api.get(f"Patient?_total={value}")
    assert (reply.status, reply.codes) == (400, ["invalid"])
