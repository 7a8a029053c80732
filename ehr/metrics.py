"""What Prometheus is told of requests: how many, how long, how they ended; never whose.

Labels come from small sets, so that no caller can make series without an end.
"""

from functools import cache

from prometheus_client import Gauge, Histogram

from ehr.audit.record import AuditLog

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PARTS = frozenset({"fhir", "app", "reports", "health"})
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_SECONDS = Histogram(
    "tram_request_seconds",
    "Seconds from a request's head to the end of its reply.",
    ("part", "method", "status"),
    buckets=_BUCKETS,
)
_UNDER_WAY = Gauge("tram_requests_under_way", "Requests that have begun and not ended.")


def observe(method: str, path: str, status: int, seconds: float) -> None:
    """Count one request by the first segment of its path, its method and its status.

    A status of 0 is a request that ended without a reply.
    """
    part = path[1:].partition("/")[0]
    _series(
        part if part in _PARTS else "other", method if method in _METHODS else "other", status
    ).observe(seconds)


@cache
def _series(part: str, method: str, status: int) -> Histogram:
    """The histogram of these labels: looking it up by them costs more than to count."""
    return _SECONDS.labels(part, method, status)


def watch(audit: AuditLog) -> None:
    """Tell how many requests are under way, as the front door counts them."""
    _UNDER_WAY.set_function(lambda: audit.under_way)
