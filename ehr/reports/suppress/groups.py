"""Small totals: hidden together with companions, so that only their sum can be known.

A hidden total is the difference between the published sum and the other totals. Those of a group
are known to be at least 1 each; its sum leaves each of them every value up to the threshold.
"""

from collections.abc import Iterable, Mapping

Group = frozenset[int]


def small(value: int, threshold: int) -> bool:
    """Whether a cell must be hidden for its own sake."""
    return 0 < value < threshold


def group(values: Mapping[int, int], threshold: int) -> Group | None:
    """The keys to be hidden together: none if no value is small, None if that cannot be done.

    The smallest other values are the companions: what is lost to the reader is least.
    """
    ordered = sorted((value, key) for key, value in values.items() if value > 0)
    members = [(value, key) for value, key in ordered if value < threshold]
    if not members:
        return frozenset()
    others = ordered[len(members) :]
    while not _enough([value for value, _ in members], threshold):
        if not others:
            return None
        members.append(others.pop(0))
    return frozenset(key for _, key in members)


def _enough(values: list[int], threshold: int) -> bool:
    """Whether each could have any value from 1 to threshold - 1 while all others are at least 1."""
    return len(values) > 1 and sum(values) - (len(values) - 1) >= threshold - 1


def units(keys: Iterable[int], grouped: Group) -> dict[int, int]:
    """Key → its unit: the group's first member for its members, the key itself for others."""
    first = min(grouped, default=0)
    return {key: first if key in grouped else key for key in keys}
