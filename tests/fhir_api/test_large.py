"""A resource of very many values is indexed in a thread, so that it keeps nobody waiting."""

import threading
from typing import Any

import pytest
from fixtures import records
from fixtures.fhir import Api

from ehr.records import write
from ehr.search import extract


@pytest.fixture
def beside(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """What was made into rows or planned, and whether beside the loop."""
    loop, done = threading.get_ident(), list[tuple[str, bool]]()

    def watch(name: str) -> None:
        make = getattr(extract, name)

        def watched(*given: Any) -> Any:
            done.append((name, threading.get_ident() != loop))
            return make(*given)

        monkeypatch.setattr(extract, name, watched)

    watch("_rows_of")
    watch("_plan")
    return done


def patient(family: str, names: int) -> dict[str, Any]:
    """Somebody of many names: each is some 60 bytes."""
    many = [{"family": f"{family}{n}", "given": ["Nguyễn"]} for n in range(names)]
    return records.patient() | {"name": many}


ENOUGH = write.LARGE // 40


async def found(api: Api, name: str) -> int:
    return int((await api.get(f"Patient?family:exact={name}&_summary=count")).json["total"])


@pytest.mark.parametrize(
    ("names", "are_beside"),
    [
        ((1, 1), [False] * 3),
        ((ENOUGH, 1), [True, False, True]),
        ((1, ENOUGH), [False, True, False]),
    ],
)
async def test_large_ones_and_no_others(
    api: Api, beside: list[tuple[str, bool]], names: tuple[int, int], are_beside: list[bool]
) -> None:
    """Created, updated, and compared with what it was: every step finds what it should."""
    reply = await api.post("Patient", patient("An", names[0]))
    assert reply.status == 201
    id = reply.json["id"]
    assert await found(api, "An0") == 1
    reply = await api.put(f"Patient/{id}", patient("Bình", names[1]) | {"id": id})
    assert reply.status == 200
    assert [await found(api, f"An{names[0] - 1}"), await found(api, f"Bình{names[1] - 1}")] == [
        0,
        1,
    ]
    assert [is_beside for name, is_beside in beside if name == "_rows_of"] == are_beside
    assert not any(is_beside for name, is_beside in beside if name == "_plan")


async def test_the_rows_are_the_same() -> None:
    large = patient("An", ENOUGH)
    assert await extract.extract_beside(large) == extract.extract(large)
