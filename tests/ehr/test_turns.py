"""Long work pauses for the others, and short work does not."""

import asyncio
import math

import pytest

from ehr import turns
from ehr.turns import InTurns


async def turns_of_another(items: int) -> int:
    """How often another task is on while `items` are gone through."""
    others = 0

    async def other() -> None:
        nonlocal others
        while True:
            others += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    assert [item async for item in InTurns(range(items))] == list(range(items))
    task.cancel()
    return others


async def test_the_others_are_on_whenever_it_is_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HOLD_SECONDS", 0)
    assert await turns_of_another(100) >= 100


async def test_what_is_done_in_a_moment_does_not_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "HOLD_SECONDS", math.inf)
    assert await turns_of_another(100) == 0


async def test_one_left_early_goes_on_where_it_was() -> None:
    items = InTurns(range(5))
    async for item in items:
        if item == 2:
            break
    assert [item async for item in items] == [3, 4]
