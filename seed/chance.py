"""Chance that repeats itself: the same seed number gives the same city, on every machine.

Each thing draws from a stream of its own, named by what it is for, so that adding a draw in
one place changes nothing in another. Nothing here reads the clock or the process.
"""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar
from uuid import UUID, uuid5

Thing = TypeVar("Thing")

_NAMESPACE = UUID("7c3a5f0e-5d0b-5b8e-9f2d-099000000099")


def stream(number: int, *path: str | int) -> Random:
    """The stream of draws for `path` under a seed number."""
    key = "/".join(map(str, (number, *path)))
    return Random(int.from_bytes(blake2b(key.encode(), digest_size=16).digest(), "big"))


def stable_id(number: int, *path: str | int) -> str:
    """The UUID of the thing at `path`: the same in every run with this seed number."""
    return str(uuid5(_NAMESPACE, "/".join(map(str, (number, *path)))))


class Weighted(Generic[Thing]):
    """Things with weights, to draw from; weights need not add up to anything."""

    __slots__ = ("_cumulated", "_things")

    def __init__(self, weights: Mapping[Thing, float]) -> None:
        self._things: Sequence[Thing] = tuple(weights)
        self._cumulated = tuple(accumulate(weights.values()))

    def draw(self, chance: Random) -> Thing:
        """One of the things."""
        return chance.choices(self._things, cum_weights=self._cumulated)[0]


def falling(things: Sequence[Thing]) -> Weighted[Thing]:
    """Things in order of frequency, each a little rarer than the one before."""
    return Weighted({thing: 1 / (4 + rank) for rank, thing in enumerate(things)})


def between(chance: Random, mean: float, spread: float, low: float, high: float) -> float:
    """A normally distributed draw within [low, high]; far tails are drawn again, not cut flat."""
    for _ in range(12):
        drawn = chance.gauss(mean, spread)
        if low <= drawn <= high:
            return drawn
    return chance.uniform(low, high)
