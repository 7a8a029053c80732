"""So many requests a second of one caller, and no more: the others go on as if he were not there.

The generic cell rate algorithm (ITU-T I.371, annex A), which is a token bucket that holds one
number a caller: the moment at which his next request would be due were they spread evenly. A
process counts by itself, so that no request waits for a count.
"""

import math
import time
from collections.abc import Callable

from ehr.access import Access
from ehr.errors import Throttled

_MOST_CALLERS = 20_000
TOLD_EVERY_SECONDS = 1.0
"""A caller who is refused again within that time is not put on record again: a flood of requests
would be one of audit events."""


class Throttle:
    """What each caller (account and client) has asked for of late."""

    def __init__(
        self, rate: float, burst: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`rate` requests a second, 0 for no limit; `burst` at once after a while of fewer."""
        self._interval = 1 / rate if rate > 0 else 0.0
        self._slack = self._interval * max(burst - 1, 0)
        self._clock = clock
        self._due: dict[tuple[int, str], float] = {}
        self._told: dict[tuple[int, str], float] = {}

    def admit(self, access: Access) -> None:
        """Count a request; raises Throttled, with the seconds to wait, for one too many."""
        self.require(access)
        self.count(access)

    def require(self, access: Access) -> None:
        """Raise Throttled if one more were too many; it is not counted."""
        if not self._interval:
            return
        caller, now = (access.account, access.client), self._clock()
        wait = self._due.get(caller, now) - now - self._slack
        if wait > 0:
            raise Throttled(seconds=math.ceil(wait), again=self._is_told(caller, now))

    def count(self, access: Access, times: int = 1) -> None:
        """Count one, or several, also those that are too many: the next one waits the longer."""
        if not self._interval:
            return
        caller, now = (access.account, access.client), self._clock()
        if len(self._due) >= _MOST_CALLERS and caller not in self._due:
            self._forget(now)
        self._due[caller] = max(self._due.get(caller, now), now) + times * self._interval

    def _is_told(self, caller: tuple[int, str], now: float) -> bool:
        if now - self._told.get(caller, -math.inf) < TOLD_EVERY_SECONDS:
            return True
        self._told[caller] = now
        return False

    def _forget(self, now: float) -> None:
        """Those who have not asked for a while: to them nothing is owed."""
        self._due = {caller: due for caller, due in self._due.items() if due > now}
        self._told.clear()
