"""The child processes of the demo: started, started again when they fall, stopped together."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

SUPERVISED = "EHR_SUPERVISED"
STOP_SECONDS = 25
_STARTS_A_MINUTE = 6


class Family:
    """`ehr <name>` for each name, as children of this process; their logs go to `logs`."""

    def __init__(self, names: tuple[str, ...], logs: Path, say: Callable[[str], None]) -> None:
        self._say = say
        self._logs = logs
        self._starts: list[float] = []
        logs.mkdir(mode=0o700, exist_ok=True)
        self._children = {name: self._start(name) for name in names}

    def check(self) -> None:
        """Start again what has stopped; raises ValueError when something keeps stopping."""
        for name, child in self._children.items():
            if child.poll() is None:
                continue
            now = time.monotonic()
            self._starts = [at for at in self._starts if now - at < 60] + [now]
            if len(self._starts) >= _STARTS_A_MINUTE:
                raise ValueError(f"`ehr {name}` keeps stopping (exit code {child.returncode})")
            self._say(f"`ehr {name}` stopped (exit code {child.returncode}); starting it again")
            self._children[name] = self._start(name)

    def stop(self) -> None:
        """Ask all of them to finish what is running, and wait for it."""
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def log(self, name: str) -> Path:
        """The log of one child."""
        return self._logs / f"{name}.log"

    def _start(self, name: str) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C in the terminal reaches us alone; we stop them in order.
        with self.log(name).open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "ehr.cli", name],
                env=os.environ | {SUPERVISED: "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
