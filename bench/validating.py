"""What it costs to validate one resource: every official example, in microseconds.

    python -m bench.validating

Prints the median and the 95th percentile of the checker, and of it by what `json.loads` and
orjson take to parse the same document in the same run; then the dearest. No database.
"""

import json
from collections.abc import Callable
from statistics import median, quantiles

import orjson

from bench.indexing import best, bodies
from ehr.fhir.resource import parse
from ehr.fhir.validate import check


def ratio(costs: list[float], others: list[float]) -> str:
    """The median of the ratios, document by document."""
    return f"{median(cost / other for cost, other in zip(costs, others, strict=True)):.2f}"


def figures(name: str, run: Callable[[bytes], object], documents: list[bytes]) -> list[float]:
    """Print the figures of a parser; its costs."""
    costs = [best(run, one) for one in documents]
    print(f"{name}: median {median(costs):.0f} µs")
    return costs


def main() -> None:
    """Measure and print."""
    documents = bodies()
    resources = [parse(one) for one in documents]
    costs = [best(check, one) for one in resources]
    print(f"validating: median {median(costs):.0f} µs, 95 % below {quantiles(costs, n=20)[-1]:.0f}")
    for name, run in (("json.loads", json.loads), ("orjson", orjson.loads), ("ours", parse)):
        others = figures(name, run, documents)
        print(f"  validating is {ratio(costs, others)} of it")
    named = [f"{one['resourceType']}/{one.get('id')}" for one in resources]
    for figure, label in sorted(zip(costs, named, strict=True), reverse=True)[:8]:
        print(f"{figure:8.0f}  {label}")


if __name__ == "__main__":
    main()
