"""Reliability diagrams: what was told against what proved right, as SVG and as a table."""

import csv
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from app.commands.rehearsing import Proof
from app.reconciliation.calibration import Bin
from app.reconciliation.scoring import LinkKind

_SIDE, _MARGIN = 360, 56
_NAMES = {
    LinkKind.VICTIM: ("víctimas", "victims"),
    LinkKind.SUSPECT: ("presuntos autores", "suspects"),
    LinkKind.CASE: ("casos", "cases"),
}
_HEADER = ("kind", "low", "high", "pairs", "expected", "observed")


def write_reliability(folder: Path, proofs: Mapping[LinkKind, Proof]) -> None:
    """``reliability-<kind>.svg`` for each kind, and ``reliability.csv``."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "reliability.csv").open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines)
        writer.writerow(_HEADER)
        for kind, proof in proofs.items():
            for found in proof.bins:
                low, high, expected, observed = (
                    f"{share:.5f}" for share in (found.low, found.high, found.expected, found.observed)
                )
                writer.writerow((kind, low, high, found.count, expected, observed))
    for kind, proof in proofs.items():
        (folder / f"reliability-{kind}.svg").write_text(diagram(kind, proof), encoding="utf-8")


def diagram(kind: LinkKind, proof: Proof) -> str:
    """The told probability from left to right, the share that proved right upwards; on the diagonal, the two
    are one. The larger a point, the more pairs it stands for."""
    spanish, english = _NAMES[kind]
    titles = (f"Fiabilidad de las probabilidades: {spanish}", f"Reliability: {english}")
    told = "; ".join(f"{b.expected:.3f}: {b.observed:.3f} ({b.count})" for b in proof.bins)
    size = _SIDE + 2 * _MARGIN
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" '
            'aria-labelledby="t d" font-family="sans-serif" font-size="12">',
            f'<title id="t">{escape(" / ".join(titles))}</title>',
            f'<desc id="d">{escape(told)}</desc>',
            f'<rect width="{size}" height="{size}" fill="white"/>',
            f'<text x="{_MARGIN}" y="24" font-size="13">{escape(titles[0])}</text>',
            f'<text x="{_MARGIN}" y="42">{escape(titles[1])}</text>',
            *_axes(),
            *_points(proof.bins),
            f'<text x="{_MARGIN}" y="{size - 6}">error esperado / expected error: {proof.error:.4f}</text>',
            "</svg>",
            "",
        ]
    )


def _x(value: float) -> float:
    return round(_MARGIN + value * _SIDE, 2)


def _y(value: float) -> float:
    return round(_MARGIN + (1.0 - value) * _SIDE, 2)


def _axes() -> list[str]:
    lines = [
        f'<rect x="{_x(0)}" y="{_y(1)}" width="{_SIDE}" height="{_SIDE}" fill="none" stroke="#555"/>',
        f'<line x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}" stroke="#999" stroke-dasharray="4 4"/>',
    ]
    for tenth in range(0, 11, 2):
        share = tenth / 10
        lines.append(f'<text x="{_x(share)}" y="{_y(0) + 16}" text-anchor="middle">{share:.1f}</text>')
        lines.append(f'<text x="{_x(0) - 6}" y="{_y(share) + 4}" text-anchor="end">{share:.1f}</text>')
    return lines


def _points(bins: Sequence[Bin]) -> list[str]:
    places = [(_x(found.expected), _y(found.observed), found) for found in bins]
    line = " ".join(f"{x},{y}" for x, y, _ in places)
    marks = [
        f'<circle cx="{x}" cy="{y}" r="{2.0 + min(found.count, 10_000) ** 0.5 / 12:.1f}" fill="#1f5fa8" '
        'fill-opacity="0.7"/>'
        for x, y, found in places
    ]
    return [f'<polyline points="{line}" fill="none" stroke="#1f5fa8"/>', *marks]
