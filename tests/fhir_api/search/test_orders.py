"""Pages in any order, over HTTP."""

import pytest
from fixtures import records
from fixtures.fhir import BASE, NEIGHBOUR, Api


async def residents(api: Api, count: int) -> None:
    """New residents, all alike."""
    for _ in range(count):
        await api.create(records.patient())


@pytest.mark.proves("results/_sort")
@pytest.mark.proves("results/paging")
@pytest.mark.parametrize(
    "sort",
    ["family", "-death-date,family", "gender,-birthdate", "-_lastUpdated,gender", "address,_id"],
)
async def test_pages_of_any_order_go_forward_and_back(api: Api, sort: str) -> None:
    await residents(api, 5)
    whole = await api.get(f"Patient?_sort={sort}")
    assert len(whole.ids) == 5
    pages, link = [], f"Patient?_sort={sort}&_count=2"
    while link is not None:
        pages.append(await api.get(link))
        assert pages[-1].link("self") == (link if len(pages) > 1 else f"{BASE}/{link}")
        assert pages[-1].link("first") == f"{BASE}/Patient?_sort={sort}&_count=2"
        link = pages[-1].link("next")
    assert [one.ids for one in pages] == [whole.ids[:2], whole.ids[2:4], whole.ids[4:]]
    assert pages[0].link("previous") is None
    back = await api.get(pages[2].link("previous"))
    assert (back.ids, (await api.get(back.link("previous"))).ids) == (pages[1].ids, pages[0].ids)
    stranger = await api.get(pages[0].link("next"), who=NEIGHBOUR)
    assert (stranger.status, stranger.codes) == (403, ["forbidden"])


@pytest.mark.parametrize(
    ("sort", "code"),
    [
        ("colour", "not-supported"), ("-", "not-supported"),
        ("name:exact", "not-supported"), ("general-practitioner.name", "not-supported"),
        ("identifier-tail", "not-supported"), ("family,", "not-supported"),
        ("name,name,name,name,name,name", "too-costly"), ("--family", "not-supported"),
    ],
)  # fmt: skip
async def test_an_order_that_is_none_is_refused(api: Api, sort: str, code: str) -> None:
    reply = await api.get(f"Patient?_sort={sort}")
    assert reply.status == 400
    assert reply.codes[0] in {code, "invalid"}
