"""A connection that says too little in too long, or too much before its request, is closed.

uvicorn waits for ever for a request to become whole, and reads headers without an end: a thousand
idle connections would be all that a process takes (`limit_concurrency`). What is asked here is a
little of the request every half minute; how long an answer takes is not looked at.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE_SECONDS = 30.0
LEAST_BYTES = 30_000
"""Of a body in that time: 8 kbit/s, less than the worst mobile network."""
LARGEST_HEAD = 64 * 1024


class Connection(HttpToolsProtocol):
    """uvicorn's connection with a limit of time and size on what it reads."""

    patience: float = PATIENCE_SECONDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._reading = True
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count, and close what has a head without an end."""
        self._received += len(data)
        super().data_received(data)
        if self._in_head and self._received > LARGEST_HEAD:
            self.transport.close()

    def on_message_begin(self) -> None:
        """The first bytes of a request."""
        super().on_message_begin()
        self._in_head = self._reading = True
        self._wait()

    def on_headers_complete(self) -> None:
        """The head of a request is whole."""
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: from here on it is we who take time."""
        self._stop()
        self._reading = False
        super().on_message_complete()

    def _wait(self) -> None:
        self._stop()
        self._received = 0
        self._timer = self.loop.call_later(self.patience, self._look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        """Half a minute has passed and the request is not whole."""
        if self._in_head or self._received < LEAST_BYTES:
            self.transport.close()
        else:
            self._wait()
