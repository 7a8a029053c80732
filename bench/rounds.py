"""Rounds in turn: ours and the reference, at each scale, then again.

What a machine does beside them changes within minutes: a scale that was measured ten minutes after
another would grow or shrink by that.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from statistics import median

from bench.data import Loaded, use
from bench.load import Measured, load, request
from bench.report import Compared
from bench.servers import bare, free_port, ours, token
from bench.workloads import (
    Caller,
    Workload,
    callers,
    of_bare,
    of_ours,
    plan,
    visits,
    workloads,
)
from ehr.urls import urls
from seed.load import vacuum

ROUNDS = 15
"""Many short ones: what else the machine does lasts longer than one of them."""
AUDITED_AT = (8, 24)
"""Connections at which the audit's cost is measured."""
Make = Callable[[int], bytes]
Round = tuple[Measured, Measured]
"""Ours, and the reference's."""


@dataclass(frozen=True)
class Pair:
    """Our service and the reference, on the same database, asked by the same caller."""

    database: Loaded
    bearer: str
    ours: int
    bare: int
    workloads: list[Workload]

    def reads(self, name: str, count: int) -> Round:
        """A round of a read, or of all of them in turn for `mixed reads`."""
        mine, its = self._made(name)
        return self._round(mine, its, count, 8)

    def visits(self, count: int) -> Round:
        """A round of transactions of a visit's 11 resources."""
        patients = [path.rsplit("/", 1)[1] for path in self.workloads[0].paths]
        post = request("POST", "/visit")
        return self._round(visits(patients, self.bearer), lambda _: post, count, 4)

    def _made(self, name: str) -> tuple[Make, Make]:
        if name != MIXED:
            (one,) = [one for one in self.workloads if one.name == name]
            return of_ours(one, self.bearer), of_bare(one)
        reads, *searches = self.workloads
        order = [reads] * 6 + searches  # six plain reads to one of each search
        mine = [of_ours(one, self.bearer) for one in order]
        its = [of_bare(one) for one in order]
        return lambda n: mine[n % len(order)](n), lambda n: its[n % len(order)](n)

    def _round(self, mine: Make, its: Make, count: int, connections: int) -> Round:
        return (
            asyncio.run(load(self.ours, mine, count=count, connections=connections)),
            asyncio.run(load(self.bare, its, count=count, connections=connections)),
        )


MIXED = "mixed reads"
LONGER = {"read": 4}
"""Times as many requests: a round of the quickest would be over before a core has its clock."""


def measure(databases: Sequence[Loaded], count: int, only: list[str]) -> list[list[Compared]]:
    """The rows of each database; reads of every caller, then visits.

    Visits come last since what is written would be vacuumed during the reads.
    """
    rows: list[list[Compared]] = [[] for _ in databases]
    with ExitStack() as stack:
        ports = [stack.enter_context(ours(one)) for one in databases]
        asking = [asyncio.run(callers(one)) for one in databases]
        for several in zip(*asking, strict=True):
            with _pairs(databases, ports, several, only) as pairs:
                names = [*(one.name for one in pairs[0].workloads), MIXED]
                for name in names:
                    times = count * LONGER.get(name, 1)
                    for pair in pairs:
                        pair.reads(name, times)
                    _add(rows, name, several, [
                        [pair.reads(name, times) for pair in pairs] for _ in range(ROUNDS)
                    ])  # fmt: skip
        for several in zip(*asking, strict=True):
            for one in databases:
                vacuum(urls(one.settings).owner)
            with _pairs(databases, ports, several, only) as pairs:
                found = [[pair.visits(count // 4) for pair in pairs] for _ in range(ROUNDS)]
                _add(rows, "visit of 11", several, found)
    order = [one.name for one in asking[0]]
    return [sorted(one, key=lambda row: order.index(row.caller)) for one in rows]


def _add(
    rows: list[list[Compared]], name: str, several: Sequence[Caller], rounds: list[list[Round]]
) -> None:
    """A row for each database, of the rounds in which all of them had their turn."""
    for own, caller, found in zip(rows, several, zip(*rounds, strict=True), strict=True):
        row = Compared(name, caller.name, *zip(*found, strict=True))
        own.append(row)
    ratios = ", ".join(f"{own[-1].ratio:.2f}" for own in rows)
    print(f"  {name}, {several[0].name}: {ratios} of the bare route", file=sys.stderr, flush=True)


@contextmanager
def _pairs(
    databases: Sequence[Loaded], ports: list[int], several: Sequence[Caller], only: list[str]
) -> Iterator[list[Pair]]:
    """What one caller is at each scale."""
    with ExitStack() as stack:
        pairs = []
        for database, port, caller in zip(databases, ports, several, strict=True):
            use(database)
            bearer = token(database, caller.login)
            every = workloads(database, caller, bearer)
            asked = [one for one in every if not only or one.name in only] or every[:1]
            reference = stack.enter_context(
                bare(database, free_port(), plan(database, caller, every))
            )
            pairs.append(Pair(database, bearer, port, reference, asked))
        yield pairs


def audit_costs(database: Loaded, count: int) -> dict[int, float]:
    """Connections → reads a second with the audit by those without it, round by round."""
    use(database)
    port = free_port()
    other = replace(database, settings=replace(database.settings, port=port))
    caller = asyncio.run(callers(database))[0]
    with ours(database), ours(other, audit=False):
        served = [(one.settings.port, _plain_reads(one, caller)) for one in (database, other)]
        for port, make in served:
            asyncio.run(load(port, make, count=5 * count))
        return {
            each: median(_audited_by_not(served, 5 * count, each) for _ in range(ROUNDS))
            for each in AUDITED_AT
        }


def _plain_reads(database: Loaded, caller: Caller) -> Make:
    bearer = token(database, caller.login)
    return of_ours(workloads(database, caller, bearer)[0], bearer)


def _audited_by_not(served: list[tuple[int, Make]], count: int, connections: int) -> float:
    """The requests a second of the first server by those of the second."""
    first, second = (
        asyncio.run(load(port, make, count=count, connections=connections)).per_second
        for port, make in served
    )
    return first / second
