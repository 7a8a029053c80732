"""A connection that says or takes too little in too long, or waits in a crowd, is closed.

uvicorn waits for ever for a request to become whole and for an answer to be taken, reads headers
without an end, and refuses everybody while a thousand connections say nothing
(`limit_concurrency`, which we do not set). What is asked here is a little of the request, and of
what is left of the answer, every half minute; how long we take to answer is not looked at. Of many
that wait without a request, who has waited longest makes room.
"""

import asyncio
import math
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE_SECONDS = 30.0
LEAST_BYTES = 30_000
"""Of a body in that time: 8 kbit/s, less than the worst mobile network."""
LARGEST_HEAD = 64 * 1024
MOST_IDLE = 1_000


class Connection(HttpToolsProtocol):
    """uvicorn's connection with a limit of time and size on what it reads."""

    patience: float = PATIENCE_SECONDS
    most_idle: int = MOST_IDLE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._reading = True
        self._received = 0
        self._timer: asyncio.TimerHandle | None = None
        self._taking: asyncio.TimerHandle | None = None
        self._idle_since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Begin to wait for the first request."""
        if len(self.connections) >= self.most_idle:
            self._make_room()
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop()
        self._stop_taking()
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

    def on_response_complete(self) -> None:
        """The answer is on its way: from here on the next request is waited for."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """More of the answer waits than is sent at once: see that it is taken."""
        super().pause_writing()
        self._look_at_taking(math.inf)

    def resume_writing(self) -> None:
        """Nearly all is taken."""
        self._stop_taking()
        super().resume_writing()

    @property
    def is_idle(self) -> bool:
        """Whether no request is under way here."""
        return (self.cycle is None or self.cycle.response_complete) and not (
            self.transport.is_closing()
        )

    def _make_room(self) -> None:
        idle = [c for c in self.connections if isinstance(c, Connection) and c.is_idle]
        if len(idle) >= self.most_idle:
            min(idle, key=lambda c: c._idle_since).transport.close()

    def _wait(self) -> None:
        self._stop()
        self._received = 0
        self._timer = self.loop.call_later(self.patience, self._look)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_at_taking(self, before: float) -> None:
        """Close what has taken too little since `before` bytes were left; else look again."""
        left = self.transport.get_write_buffer_size()
        if before - left < LEAST_BYTES:
            self.transport.abort()
        else:
            self._taking = self.loop.call_later(self.patience, self._look_at_taking, left)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _look(self) -> None:
        """Half a minute has passed and the request is not whole."""
        if self._in_head or self._received < LEAST_BYTES:
            self.transport.close()
        else:
            self._wait()
