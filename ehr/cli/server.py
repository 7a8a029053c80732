"""uvicorn's server, which heeds a signal while it starts: it looks at them only once it serves."""

import os
from types import FrameType

import uvicorn


class Server(uvicorn.Server):
    """Told to stop before it answers anybody, it ends at once: its database may be long away."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if not self.started:
            os._exit(0)
        super().handle_exit(sig, frame)
