"""The tables of docs/performance.md."""

from dataclasses import dataclass
from statistics import median

from bench.load import Measured


@dataclass(frozen=True, slots=True)
class Compared:
    """One workload of one caller at one scale: rounds of ours and of the reference, in turn."""

    workload: str
    caller: str
    ours: tuple[Measured, ...]
    bare: tuple[Measured, ...]

    @property
    def per_second(self) -> float:
        """Our requests a second, the median of the rounds."""
        return median(one.per_second for one in self.ours)

    @property
    def p50(self) -> float:
        """Our median latency in ms."""
        return median(one.p50 for one in self.ours)

    @property
    def p99(self) -> float:
        """Our 99th percentile in ms."""
        return median(one.p99 for one in self.ours)

    @property
    def ratio(self) -> float:
        """Ours by the reference's requests a second, round by round."""
        pairs = zip(self.ours, self.bare, strict=True)
        return median(mine.per_second / its.per_second for mine, its in pairs)

    def growth(self, first: "Compared") -> float:
        """Our median latency by that of the same workload at another scale, round by round."""
        pairs = zip(self.ours, first.ours, strict=True)
        return median(mine.p50 / its.p50 for mine, its in pairs)

    @property
    def failed(self) -> int:
        """Requests that were not answered 2xx."""
        return sum(one.failed for one in (*self.ours, *self.bare))


def comparison(rows: list[Compared]) -> str:
    """A table of one scale."""
    lines = [
        "| workload | caller | requests/s | p50 ms | p99 ms | of the bare route |",
        "|---|---|--:|--:|--:|--:|",
    ]
    lines += [
        f"| {one.workload} | {one.caller} | {one.per_second:,.0f} | {one.p50:.2f} | {one.p99:.2f}"
        f" | {one.ratio:.2f} |"
        for one in rows
    ]
    return "\n".join(lines)


def growth(first: list[Compared], others: dict[str, list[Compared]]) -> str:
    """Medians of other scales by those of the first."""
    names = list(others)
    lines = [
        f"| workload | caller | {' | '.join(names)} |",
        f"|---|---|{'--:|' * len(names)}",
    ]
    for index, one in enumerate(first):
        cells = [f"{others[name][index].growth(one):.2f}" for name in names]
        lines.append(f"| {one.workload} | {one.caller} | {' | '.join(cells)} |")
    return "\n".join(lines)
