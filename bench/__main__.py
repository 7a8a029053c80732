"""`make bench`: every workload at 1×, at ten times the wards, and with one ward ten times as large.

Prints the tables of docs/performance.md; `--write` puts them there. `--quick` takes a tenth of the
requests and residents, to see that it runs; `--only` measures some of the reads.
"""

import argparse
import os
import platform
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.data import Loaded, Scale, loaded
from bench.report import Compared, comparison, growth
from bench.rounds import audit_costs, measure
from bench.servers import free_port

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
    with ExitStack() as stack:
        databases = []
        for scale in scales[: arguments.scales]:
            _say(f"{scale.name}: {scale.wards} wards of {scale.residents} residents")
            databases.append(stack.enter_context(loaded(scale, free_port())))
        audited = _audit(audit_costs(databases[0], count))
        rows = measure(databases, count, arguments.only)
    parts = [_section(*one) for one in zip(databases, rows, strict=True)]
    parts.insert(1, audited)
    first, *others = rows
    if others:
        names = [one.scale.name for one in databases[1:]]
        parts.append("## Growth of the medians\n\nBy the median at 1×, round by round.\n\n"
                 + growth(first, dict(zip(names, others, strict=True))))  # fmt: skip
    text = _head() + "\n\n".join(parts) + "\n"
    print(text)
    if arguments.write:
        PAGE.write_text(text)
    failed = sum(one.failed for every in rows for one in every)
    sys.exit(f"{failed} requests failed" if failed else 0)


def _audit(costs: dict[int, float]) -> str:
    lines = [f"| {each} | {cost:.2f} |" for each, cost in costs.items()]
    return (
        "## What the audit of reads costs\n\n"
        "Reads with the audit, of those without it, round by round. With few\n"
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
        "server and PostgreSQL share the cores. Every scale has its turn in each of the 15\n"
        "rounds. The *bare route* is an ASGI application that does\n"
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
    parser.add_argument("--requests", type=int, default=200, help="requests of a round (200)")
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
