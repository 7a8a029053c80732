"""Requests as Prometheus sees them: counted by few labels, whatever is asked."""

from types import SimpleNamespace

import pytest
from prometheus_client import REGISTRY

from ehr import metrics

Labels = dict[str, str]


def count(labels: Labels) -> float:
    return REGISTRY.get_sample_value("tram_request_seconds_count", labels) or 0.0


@pytest.mark.parametrize(
    ("method", "path", "status", "labels"),
    [
        ("GET", "/fhir/Patient/x", 200, ("fhir", "GET", "200")),
        ("GET", "/fhir", 200, ("fhir", "GET", "200")),
        ("POST", "/app/api/visits", 503, ("app", "POST", "503")),
        ("GET", "/reports/visits", 403, ("reports", "GET", "403")),
        ("GET", "/health/ready", 200, ("health", "GET", "200")),
        ("GET", "/nguyen-thi-an/fhir", 404, ("other", "GET", "404")),
        ("BREW", "/", 405, ("other", "other", "405")),
        ("GET", "/fhir/Patient/x", 0, ("fhir", "GET", "0")),
    ],
)
def test_a_request_is_counted_by_part_method_and_status(
    method: str, path: str, status: int, labels: tuple[str, str, str]
) -> None:
    known = dict(zip(("part", "method", "status"), labels, strict=True))
    before = count(known)
    metrics.observe(method, path, status, 0.02)
    assert count(known) == before + 1
    within = {**known, "le": "0.025"}
    assert REGISTRY.get_sample_value("tram_request_seconds_bucket", within)


def test_no_caller_makes_series_without_an_end() -> None:
    def series() -> int:
        return sum(len(one.samples) for one in REGISTRY.collect())

    metrics.observe("X", "/x", 404, 0.1)
    before = series()
    for n in range(100):
        metrics.observe(f"M{n}", f"/{n}/{n}", 404, 0.1)
    assert series() == before


def test_what_is_under_way_is_read_when_it_is_asked() -> None:
    busy = SimpleNamespace(under_way=3)
    metrics.watch(busy)
    assert REGISTRY.get_sample_value("tram_requests_under_way") == 3
    busy.under_way = 1
    assert REGISTRY.get_sample_value("tram_requests_under_way") == 1
