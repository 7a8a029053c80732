"""Long work that lets the others have their turn: one process answers everybody on one loop."""

import asyncio
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Generic, Self, TypeVar

T = TypeVar("T")

HOLD_SECONDS = 0.01
"""How long one piece of work keeps the loop before it asks whether anybody else waits."""


class InTurns(Generic[T]):
    """`async for one in InTurns(items)`: a `for` that pauses once it has held the loop for long.

    What is done in a moment never pauses. (No async generator: one left early is closed later.)
    """

    __slots__ = ("_items", "_until")

    def __init__(self, items: Iterable[T]) -> None:
        self._items: Iterator[T] = iter(items)
        self._until = monotonic() + HOLD_SECONDS

    def __aiter__(self) -> Self:
        """Itself."""
        return self

    async def __anext__(self) -> T:
        """The next one, after the others' turn if it is due."""
        if monotonic() >= self._until:
            await asyncio.sleep(0)
            self._until = monotonic() + HOLD_SECONDS
        for item in self._items:
            return item
        raise StopAsyncIteration
