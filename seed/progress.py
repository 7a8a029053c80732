"""How far a load has come: a bar on a terminal, a line now and then elsewhere."""

import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_SECONDS_BETWEEN_LINES = 5.0


class Watcher(Protocol):
    """What a load tells of itself."""

    def start(self, what: str, total: int) -> None:
        """A part of `total` steps begins."""

    def advance(self, steps: int, resources: int) -> None:
        """Steps are done, and so many resources were written by them."""


class Silent:
    """Tells nobody."""

    def start(self, what: str, total: int) -> None:
        """Nothing."""

    def advance(self, steps: int, resources: int) -> None:
        """Nothing."""


class Shown:
    """Shows a load on the console."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Progress(
            TextColumn("· {task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._total = self._done = self._skipped = self._written = 0
        self._began = self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def start(self, what: str, total: int) -> None:
        """Begin a bar, or say what begins."""
        self._total, self._done, self._skipped, self._written = total, 0, 0, 0
        self._began = self._said = time.monotonic()
        for task in self._bar.task_ids:
            self._bar.update(task, visible=False)
        self._bar.add_task(what, total=total, rate="")
        if not self._console.is_terminal:
            self._console.print(f"· {what}: {total:,}")

    def advance(self, steps: int, resources: int) -> None:
        """Move the bar, or say how far it is every few seconds."""
        self._done += steps
        self._skipped += 0 if resources else steps
        self._written += resources
        now = time.monotonic()
        rate = self._written / max(0.1, now - self._began)
        self._bar.update(
            self._bar.task_ids[-1], completed=self._done, rate=f"{rate:,.0f} resources/s"
        )
        due = now - self._said > _SECONDS_BETWEEN_LINES or self._done >= self._total
        if due and not self._console.is_terminal:
            self._said = now
            self._console.print(f"  {self._line(rate, now)}")

    def _line(self, rate: float, now: float) -> str:
        a_step = (now - self._began) / max(1, self._done - self._skipped)
        left = a_step * max(0, self._total - self._done)
        return (
            f"{self._done:,} of {self._total:,}, {self._written:,} resources,"
            f" {rate:,.0f}/s, {left:,.0f} s to go"
        )
