"""What a run found: figures with the peer they stand beside, as a table, as JSON and as a page."""

import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Literal

import orjson
from rich.console import Console
from rich.table import Table

Relation = Literal["at least", "at most", "above"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``ratio`` is ours over the peer's; ``asked`` is of the ratio, or of ours."""

    group: str
    name: str
    ours: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    asked: float | None = None
    relation: Relation = "at most"
    of_ratio: bool = True
    runs: tuple[float, ...] = ()  # ours, one by one, in the order of the run

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.peer else None

    @property
    def reached(self) -> bool | None:
        """None where nothing is asked."""
        value = self.ratio if self.of_ratio else self.ours
        if self.asked is None or value is None:
            return None
        if self.relation == "above":
            return value > self.asked
        return value >= self.asked if self.relation == "at least" else value <= self.asked


@dataclass(slots=True)
class Findings:
    """A run: where, how large, and what was found."""

    scale: float
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)  # of each group, for the JSON alone
    started: datetime = field(default_factory=lambda: datetime.now(UTC))

    def add(self, figures: Iterable[Figure], group: str, details: Any) -> None:
        self.figures.extend(figures)
        self.details[group] = details

    def as_json(self) -> bytes:
        told = {
            "started": self.started.isoformat(timespec="seconds"),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
            "scale": self.scale,
            "machine": machine(),
            "figures": [
                {**asdict(figure), "ratio": figure.ratio, "reached": figure.reached}
                for figure in self.figures
            ],
            "details": self.details,
        }
        return orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY)

    def write(self, folder: Path) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.started:%Y%m%dT%H%M%SZ}.json"
        path.write_bytes(self.as_json())
        (folder / "latest.md").write_text(self.page(), encoding="utf-8")
        return path

    def show(self, console: Console) -> None:
        table = Table(title=f"INTERTRATA bench, BENCH_SCALE={self.scale:g}", title_justify="left")
        for heading in _HEADINGS:
            table.add_column(heading, justify="left" if heading in _LEFT else "right")
        for figure in self.figures:
            table.add_row(*cells(figure))
        console.print(table)

    def page(self) -> str:
        """The same as Markdown."""
        rows = [_HEADINGS, tuple("---" for _ in _HEADINGS), *(cells(figure) for figure in self.figures)]
        return "\n".join("| " + " | ".join(row) + " |" for row in rows) + "\n"


_HEADINGS = ("group", "figure", "ours", "unit", "beside", "peer", "ratio", "asked", "reached")
_LEFT = ("group", "figure", "unit", "peer", "asked")


def cells(figure: Figure) -> Sequence[str]:
    return (
        figure.group,
        figure.name,
        shown(figure.ours),
        figure.unit,
        shown(figure.peer),
        figure.peer_name,
        shown(figure.ratio),
        "" if figure.asked is None else _asked(figure),
        {None: "", True: "yes", False: "NO"}[figure.reached],
    )


def _asked(figure: Figure) -> str:
    return f"{'ratio ' if figure.of_ratio else ''}{figure.relation} {figure.asked:g}"


def shown(value: float | None) -> str:
    """Three significant digits, thousands written out."""
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def machine() -> dict[str, Any]:
    import psutil

    return {
        "cpus": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "load_1m": round(psutil.getloadavg()[0], 2),
    }


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not exceeded by that share of them."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]


def medians(runs: Sequence[dict[str, Any]], *names: str) -> dict[str, float]:
    return {name: median(run[name] for run in runs) for name in names}
