"""Structured logs: one JSON object a line on standard error, without clinical content.

No body, query string, name or identifier is ever logged; a request is its method, route and id.
"""

import logging
import sys
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog


def request_line(**values: Any) -> None:
    """One line for a finished request; written directly, since it is on every request's path."""
    if logging.getLogger().isEnabledFor(logging.INFO):
        stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = orjson.dumps({"event": "request", **values, "level": "info", "timestamp": stamp})
        # A full disk or a closed pipe must not end the request that the line tells of.
        with suppress(OSError):
            sys.stderr.buffer.write(line + b"\n")
            sys.stderr.buffer.flush()


def configure(level: str = "INFO") -> None:
    """Send our own and the libraries' logs through one JSON writer."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.processors.format_exc_info,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(serializer=_line),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # Their lines hold URLs with query strings, in which search values are.
    for name in ("uvicorn.access", "httpx", "httpcore", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _line(record: dict[str, Any], **_: object) -> str:
    return orjson.dumps(record, default=str).decode()
