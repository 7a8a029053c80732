"""What it costs to index one resource: every official example, in microseconds.

    python -m bench.indexing

Prints the median and the 95th percentile, with their narratives and without (as the web app
writes), and the dearest. No database.
"""

import tarfile
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from ehr.fhir.resource import Resource, parse
from ehr.search import hashing
from ehr.search.extract import extract

ROUNDS = 15


ARCHIVE = Path(__file__).parents[1] / "tests" / "fixtures" / "r4_examples.tar.xz"


def bodies() -> list[bytes]:
    """The examples that the tests keep."""
    with tarfile.open(ARCHIVE) as opened:
        files = (opened.extractfile(member) for member in opened)
        return [file.read() for file in files if file is not None]


def best(run: Callable[[Any], object], given: object) -> float:
    """Microseconds, the best of some rounds."""
    run(given)
    least = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        run(given)
        least = min(least, perf_counter() - start)
    return least * 1e6


def report(name: str, resources: list[Resource]) -> list[tuple[float, str]]:
    """Print the figures of some resources; their costs."""
    costs = [(best(extract, one), f"{one['resourceType']}/{one['id']}") for one in resources]
    figures = [figure for figure, _ in costs]
    print(f"{name}: median {median(figures):.0f} µs, 95 % below {quantiles(figures, n=20)[-1]:.0f}")
    return costs


def main() -> None:
    """Measure and print."""
    hashing.install(b"k" * 32, ("http://127.0.0.1:8000/fhir",))
    whole = [parse(one) for one in bodies()]
    costs = report("with narrative", whole)
    report("without", [{k: v for k, v in one.items() if k != "text"} for one in whole])
    for figure, name in sorted(costs, reverse=True)[:8]:
        print(f"{figure:8.0f}  {name}")


if __name__ == "__main__":
    main()
