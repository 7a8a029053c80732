"""Answers that are kept in memory for texts that come again: never those for a long text.

A cache is bounded by its number of entries, not by their size, and most of what is remembered are
texts of clients: a few thousand keys of megabytes would fill the memory of every process.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, TypeVar, TypeVarTuple, cast

LONGEST = 256
"""Characters or bytes of one text; what has a longer one is worked out each time."""

_Ts = TypeVarTuple("_Ts")
_T = TypeVar("_T")


def remembered(most: int) -> Callable[[Callable[[*_Ts], _T]], Callable[[*_Ts], _T]]:
    """Keep up to `most` answers of a function, those for long texts never.

    Its arguments are given by position. What is kept is found as fast as by `functools.lru_cache`.
    """

    def decorate(function: Callable[[*_Ts], _T]) -> Callable[[*_Ts], _T]:
        kept: dict[Any, _T]
        if len(signature(function).parameters) == 1:
            kept = _Kept(most, function, lambda one: (one,))
            return cast(Callable[[*_Ts], _T], kept.__getitem__)
        kept = _Kept(most, function, lambda given: given)

        def answer(*given: *_Ts) -> _T:
            return kept[given]

        return answer

    return decorate


class _Kept(dict[Any, _T]):
    """Answers by what was asked; all are forgotten when they are too many.

    A dict asks for what it lacks without a call into Python for what it has.
    """

    def __init__(
        self, most: int, function: Callable[..., _T], arguments: Callable[[Any], tuple[Any, ...]]
    ) -> None:
        self._most = most
        self._function = function
        self._arguments = arguments

    def __missing__(self, key: Any) -> _T:
        given = self._arguments(key)
        found = self._function(*given)
        if not any(isinstance(one, str | bytes) and len(one) > LONGEST for one in given):
            if len(self) >= self._most:
                self.clear()
            self[key] = found
        return found
