"""`_explain`: the plan in words, for administrators, and nobody's record."""

import pytest
from fixtures import records
from fixtures.fhir import ANALYST, BASE, HOSPITAL, NURSE, SYSTEM, Answer, Api

from ehr.cli.search import told as told_by_command
from ehr.search.planned import INDEXES, planned
from ehr.tables import index


def told(reply: Answer) -> list[str]:
    (entry,) = reply.entries
    assert entry["search"] == {"mode": "outcome"}
    return [issue["diagnostics"] for issue in entry["resource"]["issue"]]


@pytest.mark.proves("results/_explain")
@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("", "To find a page: "),
        ("_sort=family", "Reads texts of "),
        ("_total=accurate", "To count the matches: 1 rows expected"),
        ("_summary=count", "To count the matches: 1 rows expected"),
        ("_sort=gender", "The documents of all matches, at most 10,000"),
        ("_include=Patient:link&_revinclude=*", "_include=Patient:link, _revinclude=*."),
        ("identifier=1", "index_key"),
        ("colour=blue", "colour"),
    ],
)
async def test_a_plan_in_words(api: Api, query: str, says: str) -> None:
    await api.create(records.patient())
    reply = await api.get(f"Patient?{query}&_explain=true", who=SYSTEM)
    assert reply.status == 200, reply.body
    assert any(says in line for line in told(reply)), told(reply)
    assert "total" not in reply.json
    assert reply.link("next") is None
    assert reply.link("self").startswith(f"{BASE}/Patient")
    assert told_by_command(reply.json)


async def test_a_plan_is_for_administrators(api: Api) -> None:
    for who in (NURSE, ANALYST, HOSPITAL):
        reply = await api.get("Patient?_id=1&_explain=true", who=who)
        assert (reply.status, reply.codes) == (403, ["forbidden"])
    assert (await api.get("Patient?_explain=true", who=None)).status == 401
    assert (
        await api.get("Patient?_explain=true", who=SYSTEM, scope="system/Group.rs")
    ).status == 403


async def test_no_plan_is_a_search(api: Api) -> None:
    id = await api.create(records.patient())
    assert (await api.get("Patient?_explain=false")).ids == [id]
    for query in ("_explain=yes", "_explain=true&_explain=true"):
        assert (await api.get(f"Patient?{query}", who=SYSTEM)).status == 400


def test_every_index_has_words() -> None:
    tables = [one.__table__ for one in vars(index).values() if hasattr(one, "__table__")]
    names = {one.name for table in tables for one in table.indexes}
    assert len(names) > 10
    assert names <= INDEXES.keys()


def test_a_whole_table_is_told() -> None:
    scan = {"Node Type": "Seq Scan", "Relation Name": "t", "Plan Rows": 1, "Total Cost": 2.0}
    top = {"Node Type": "Limit", "Plan Rows": 3, "Total Cost": 4.0, "Plans": [scan]}
    (reading,) = planned([{"Plan": top}]).readings
    assert (reading.words, reading.rows) == ("every row of t", 1)
