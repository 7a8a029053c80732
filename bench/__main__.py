"""`make bench`: every workload at 1×, at ten times the wards, and with one ward ten times as large.

Prints the tables of docs/performance.md; `--write` puts them there. `--quick` takes a tenth of the
requests and residents, to see that it runs; `--only` measures some of the reads.
"""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.data import Loaded, Scale, loaded
from bench.load import Measured, load, request
from bench.report import Compared, comparison, growth
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

ROUNDS = 5
AUDITED_AT = (8, 24)
"""Connections at which the audit's cost is measured."""
Make = Callable[[int], bytes]
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> None:
    """Run, print, and write if asked."""
    arguments = _arguments()
    size = 20 if arguments.quick else 200
    count = 200 if arguments.quick else arguments.requests
    scales = [
        Scale("1×", 4, size),
        Scale("10× the wards", 40, size),
        Scale("one ward 10×", 4, size, factor=10),
    ]
    scales = scales[: arguments.scales]
    found: dict[str, list[Compared]] = {}
    parts: list[str] = []
    for scale in scales:
        _say(f"{scale.name}: {scale.wards} wards of {scale.residents} residents")
        with loaded(scale, free_port()) as database:
            rows = _measure(database, count, arguments.only)
            found[scale.name] = rows
            parts.append(_section(database, rows))
            if scale is scales[0]:
                parts.append(_audit(database, count))
    first, *rest = found
    if rest:
        parts.append("## Growth of the medians\n\nBy the median at 1×.\n\n"
                 + growth(found[first], {name: found[name] for name in rest}))  # fmt: skip
    text = _head() + "\n\n".join(parts) + "\n"
    print(text)
    if arguments.write:
        PAGE.write_text(text)
    failed = sum(one.failed for rows in found.values() for one in rows)
    sys.exit(f"{failed} requests failed" if failed else 0)


@dataclass(frozen=True)
class Pair:
    """Our service and the reference, on the same database, asked by the same caller."""

    caller: Caller
    bearer: str
    ours: int
    bare: int
    count: int

    def reads(self, workload: Workload) -> Compared:
        """A read, in rounds of ours and the reference in turn."""
        mine, its = of_ours(workload, self.bearer), of_bare(workload)
        self._round(mine, its, self.count // 5, 8)
        rounds = [self._round(mine, its, self.count, 8) for _ in range(ROUNDS)]
        return self._compared(workload.name, rounds)

    def mixed(self, several: list[Workload]) -> Compared:
        """All reads in turn: six plain reads to one of each search."""
        reads, *searches = several
        order = [reads] * 6 + searches
        mine = [of_ours(one, self.bearer) for one in order]
        its = [of_bare(one) for one in order]
        rounds = [
            self._round(
                lambda n: mine[n % len(order)](n), lambda n: its[n % len(order)](n), self.count, 8
            )
            for _ in range(ROUNDS)
        ]
        return self._compared("mixed reads", rounds)

    def visits(self, reads: Workload) -> Compared:
        """A transaction of a visit's 11 resources."""
        patients = [path.rsplit("/", 1)[1] for path in reads.paths]
        mine = visits(patients, self.bearer)
        post = request("POST", "/visit")
        rounds = [self._round(mine, lambda _: post, self.count // 4, 4) for _ in range(ROUNDS)]
        return self._compared("visit of 11", rounds)

    def _round(
        self, mine: Make, its: Make, count: int, connections: int
    ) -> tuple[Measured, Measured]:
        return (
            asyncio.run(load(self.ours, mine, count=count, connections=connections)),
            asyncio.run(load(self.bare, its, count=count, connections=connections)),
        )

    def _compared(self, name: str, rounds: list[tuple[Measured, Measured]]) -> Compared:
        row = Compared(
            name,
            self.caller.name,
            tuple(mine for mine, _ in rounds),
            tuple(its for _, its in rounds),
        )
        _say(f"  {name}, {self.caller.name}: {row.ratio:.2f} of the bare route")
        return row


def _measure(database: Loaded, count: int, only: list[str]) -> list[Compared]:
    """Reads of every caller, then visits: what is written would be vacuumed during the reads."""
    rows: list[Compared] = []
    with ours(database) as port:
        several = asyncio.run(callers(database))
        for caller in several:
            with _pair(database, port, caller, count) as (pair, every):
                asked = [one for one in every if not only or one.name in only]
                rows += [pair.reads(one) for one in asked]
                rows.append(pair.mixed(asked))
        for caller in several:
            vacuum(urls(database.settings).owner)
            with _pair(database, port, caller, count) as (pair, asked):
                rows.append(pair.visits(asked[0]))
    return sorted(rows, key=lambda row: [one.name for one in several].index(row.caller))


@contextmanager
def _pair(
    database: Loaded, port: int, caller: Caller, count: int
) -> Iterator[tuple[Pair, list[Workload]]]:
    bearer = token(database, caller.login)
    asked = workloads(database, caller, bearer)
    with bare(database, free_port(), plan(database, caller, asked)) as reference:
        yield Pair(caller, bearer, port, reference, count), asked


def _audit(database: Loaded, count: int) -> str:
    """What the audit of reads costs: the same reads with and without it, in turn."""
    caller = asyncio.run(callers(database))[0]
    speeds: dict[tuple[int, bool], list[float]] = {}
    for _ in range(ROUNDS):
        for audit in (True, False):
            with ours(database, audit=audit) as port:
                bearer = token(database, caller.login)
                make = of_ours(workloads(database, caller, bearer)[0], bearer)
                asyncio.run(load(port, make, count=count // 2))
                for connections in AUDITED_AT:
                    found = asyncio.run(load(port, make, count=count, connections=connections))
                    speeds.setdefault((connections, audit), []).append(found.per_second)
    lines = [
        f"| {each} | {median(speeds[each, True]) / median(speeds[each, False]):.2f} |"
        for each in AUDITED_AT
    ]
    return (
        "## What the audit of reads costs\n\n"
        "Reads with the audit, of those without it (medians of their rounds). With few\n"
        "connections it is the wait for the disk that counts, with more the work.\n\n"
        "| connections | requests/s |\n|--:|--:|\n" + "\n".join(lines)
    )


def _section(database: Loaded, rows: list[Compared]) -> str:
    scale = database.scale
    return (
        f"## {scale.name}\n\n{scale.wards} wards of {scale.residents} residents"
        + (f", the first {scale.factor} times as large" if scale.factor > 1 else "")
        + f"; {database.resources:,} resources, {database.bytes_a_resource:,} bytes each with"
        f" history, directory and indexes.\n\n{comparison(rows)}"
    )


def _head() -> str:
    return (
        "# Performance\n\n"
        "Written by `python -m bench --write`: ratios of one run on one machine; the load, the\n"
        "server and PostgreSQL share the cores. The *bare route* is an ASGI application that does\n"
        "nothing but ask PostgreSQL the same (the same set_config and statement, pipelined; for a\n"
        "visit the same rows in the same multi-row statements, in one transaction). Absolute\n"
        f"figures are this machine's: {platform.machine()}, {len(_cores())} cores, Python"
        f" {platform.python_version()}.\n\n"
    )


def _cores() -> set[int]:
    return os.sched_getaffinity(0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    parser.add_argument("--requests", type=int, default=800, help="requests of a round (800)")
    parser.add_argument("--scales", type=int, default=3, help="how many of the three scales")
    parser.add_argument(
        "--only", action="append", default=[], metavar="NAME", help="a read to measure; repeatable"
    )
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
