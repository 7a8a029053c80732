"""What it costs to index one resource: every official example, in microseconds.

    python -m bench.indexing

Prints the median and the 95th percentile, with their narratives and without (as the web app
writes), and the dearest. No database.
"""

from statistics import median, quantiles
from time import perf_counter

from ehr.fhir.resource import Resource, parse
from ehr.search import hashing
from ehr.search.extract import extract

ROUNDS = 15


def examples() -> list[Resource]:
    """The examples that the tests keep."""
    import tarfile
    from pathlib import Path

    archive = Path(__file__).parents[1] / "tests" / "fixtures" / "r4_examples.tar.xz"
    with tarfile.open(archive) as opened:
        files = (opened.extractfile(member) for member in opened)
        return [parse(file.read()) for file in files if file is not None]


def cost(resource: Resource) -> float:
    """Microseconds, the best of some rounds."""
    extract(resource)
    best = 1.0
    for _ in range(ROUNDS):
        start = perf_counter()
        extract(resource)
        best = min(best, perf_counter() - start)
    return best * 1e6


def report(name: str, resources: list[Resource]) -> list[tuple[float, str]]:
    """Print the figures of some resources; their costs."""
    costs = [(cost(one), f"{one['resourceType']}/{one['id']}") for one in resources]
    figures = [figure for figure, _ in costs]
    print(f"{name}: median {median(figures):.0f} µs, 95 % below {quantiles(figures, n=20)[-1]:.0f}")
    return costs


def main() -> None:
    """Measure and print."""
    hashing.install(b"k" * 32, ("http://127.0.0.1:8000/fhir",))
    whole = examples()
    costs = report("with narrative", whole)
    report("without", [{k: v for k, v in one.items() if k != "text"} for one in whole])
    for figure, name in sorted(costs, reverse=True)[:8]:
        print(f"{figure:8.0f}  {name}")


if __name__ == "__main__":
    main()
