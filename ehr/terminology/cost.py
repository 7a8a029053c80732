"""What one question may cost: a client writes the definitions, so it could multiply the work."""

from ehr.errors import TooCostly

MOST_STEPS = 300_000
"""Concepts looked at for one question: half a second."""


class Budget:
    """Counts down the steps of one question."""

    __slots__ = ("_left",)

    def __init__(self, steps: int = MOST_STEPS) -> None:
        self._left = steps

    def spend(self, steps: int) -> None:
        """Raises TooCostly when nothing is left."""
        self._left -= steps
        if self._left < 0:
            raise TooCostly("The value set takes too many steps to work out.")
