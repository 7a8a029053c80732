"""The patterns of `regex` filters, refused where a client could make them run for long.

Python's matcher goes back over what it tried: a repeat multiplies its time by the length of the
text, an option or alternative by two, a repeated group without limit.
"""

import re

from ehr.errors import NotSupported, TooCostly
from ehr.terminology.cost import Budget

_LONGEST = 200
_MOST_REPEATS = 2
_MOST_OPTIONS = 8
_STEPS = 200
"""Steps of the matcher that take as long as one of a budget."""
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)[*+?{]")


class Pattern:
    """A pattern that is matched whole; raises TooCostly or NotSupported for one that cannot be."""

    def __init__(self, text: str, budget: Budget) -> None:
        bare = _ESCAPED.sub("x", text)
        self._repeats = sum(map(bare.count, "*+{"))
        self._options = sum(map(bare.count, "?|"))
        self._budget = budget
        if (
            len(text) > _LONGEST
            or self._repeats > _MOST_REPEATS
            or self._options > _MOST_OPTIONS
            or _REPEATED_GROUP.search(bare)
        ):
            raise TooCostly(
                f"A filter's pattern has at most {_MOST_REPEATS} repeats, {_MOST_OPTIONS} options"
                " or alternatives, and no repeated group."
            )
        try:
            self._compiled = re.compile(text)
        except (re.error, OverflowError):
            raise NotSupported(f"{text[:64]!r} is no pattern.") from None

    def matches(self, text: str) -> bool:
        """Whether the whole text fits."""
        self._budget.spend(1 + len(text) ** self._repeats * 2**self._options // _STEPS)
        return self._compiled.fullmatch(text) is not None
