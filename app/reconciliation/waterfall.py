"""An explanation as a picture: a waterfall of bits in SVG, readable without colours, scripts or own fonts.

Pure. Spanish, as whoever looks at it reads; numbers as in Peru, with a point.
"""

from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from schemas.judgements import Explanation, Member, Step, StepKind

_WIDTH: Final = 980
_LEFT: Final = 430  # where the bars begin; the words stand before
_RIGHT: Final = 900  # where they end; their bits stand after
_TOP: Final = 96
_ROW: Final = 34
_FOOT: Final = 64
_MOST: Final = 40.0  # bits: a veto would squeeze all else into nothing
_FOR, _AGAINST, _START, _SUM = "#1b6ca8", "#c2571a", "#6b6b6b", "#222222"
_KINDS: Final = {"person": "¿Son la misma persona?", "case": "¿Son el mismo caso?"}
_OUTCOMES: Final = {
    "same": "hoy están unidos",
    "unsure": "hoy esperan a un revisor",
    "different": "hoy están aparte",
    None: "",
}


@dataclass(frozen=True, slots=True)
class _Scale:
    low: float
    high: float

    def x(self, bits: float) -> float:
        share = (min(max(bits, self.low), self.high) - self.low) / (self.high - self.low)
        return round(_LEFT + share * (_RIGHT - _LEFT), 1)


def waterfall(told: Explanation) -> str:
    """A whole SVG document. Steps whose bits are not told stand as words without a bar."""
    height = _TOP + _ROW * (len(told.steps) + 1) + _FOOT
    scale = _scale(told)
    parts = [*_head(told, height), *_thresholds(told, scale, height)]
    running = 0.0
    for place, step in enumerate(told.steps):
        parts += _row(step, running, _TOP + _ROW * place, scale)
        running += step.bits or 0.0
    parts += _sum_row(told, running, _TOP + _ROW * len(told.steps), scale)
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


def _scale(told: Explanation) -> _Scale:
    points, running = [0.0], 0.0
    for step in told.steps:
        running += step.bits or 0.0
        points.append(running)
    if told.weight is not None:
        points.append(told.weight)
    if told.thresholds is not None:
        points += [told.thresholds.lower, told.thresholds.upper]
    return _Scale(max(min(points), -_MOST) - 1.0, min(max(points), _MOST) + 1.0)


def _head(told: Explanation, height: int) -> list[str]:
    pair = f"{_member(told.a)}  y  {_member(told.b)}"
    desc = f"{_KINDS[told.kind]} {pair}. " + " ".join(_line(step) for step in told.steps)
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="t d" lang="es" '
        f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}" font-family="sans-serif">',
        f'<title id="t">{escape(_KINDS[told.kind])} {escape(pair)}</title>',
        f'<desc id="d">{escape(desc)} {escape(_conclusion(told))}</desc>',
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(20, 30, _KINDS[told.kind], size=18, weight="bold"),
        _text(20, 52, pair, size=13),
        _text(20, 72, _model(told), size=11, fill=_START),
    ]


def _thresholds(told: Explanation, scale: _Scale, height: int) -> list[str]:
    lines = [(0.0, "0", "2 3")]
    if told.thresholds is not None:
        lines += [(told.thresholds.lower, "revisión", "6 3"), (told.thresholds.upper, "vínculo", "1 0")]
    parts = []
    for bits, name, dash in lines:
        x, bottom = scale.x(bits), height - _FOOT + 4
        parts.append(
            f'<line x1="{x}" y1="{_TOP - 8}" x2="{x}" y2="{bottom}" stroke="#999999" '
            f"stroke-dasharray={quoteattr(dash)}/>"
        )
        parts.append(_text(x, bottom + (26 if name == "revisión" else 14), name, size=10, anchor="middle"))
    return parts


def _row(step: Step, running: float, y: int, scale: _Scale) -> list[str]:
    name, _, said = step.es.partition(": ")
    words = [_text(20, y + 13, name, size=12, weight="bold"), _text(20, y + 27, said, size=11)]
    if step.bits is None:
        return [*words, _text(_RIGHT + 8, y + 20, "no se dice", size=10, fill=_START)]
    fill = _START if step.kind is StepKind.PRIOR else _FOR if step.bits >= 0 else _AGAINST
    return [*words, _bar(running, running + step.bits, y, scale, fill), _bits(step.bits, y)]


def _sum_row(told: Explanation, running: float, y: int, scale: _Scale) -> list[str]:
    known = told.weight if told.weight is not None else running
    name = "Suma" if told.exact else "Suma con nombres de frecuencia usual"
    if told.weight is None and not told.steps:
        return [_text(20, y + 13, "Sin cifras", size=12, weight="bold")]
    return [
        f'<line x1="20" y1="{y}" x2="{_WIDTH - 20}" y2="{y}" stroke="{_SUM}"/>',
        _text(20, y + 15, name, size=12, weight="bold"),
        _text(20, y + 29, _conclusion(told), size=11),
        _bar(0.0, known, y, scale, _SUM),
        _bits(known, y),
    ]


def _bar(start: float, end: float, y: int, scale: _Scale, fill: str) -> str:
    left, right = sorted((scale.x(start), scale.x(end)))
    width = max(round(right - left, 1), 1.0)
    return f'<rect x="{left}" y="{y + 7}" width="{width}" height="18" fill="{fill}"/>'


def _bits(bits: float, y: int) -> str:
    return _text(_RIGHT + 8, y + 20, f"{bits:+.2f} bits", size=11)


def _text(  # noqa: PLR0913  the attributes of one element
    x: float,
    y: float,
    said: str,
    *,
    size: int,
    weight: str = "normal",
    anchor: str = "start",
    fill: str = "#111111",
) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{fill}">{escape(said)}</text>'
    )


def _line(step: Step) -> str:
    return step.es if step.bits is None else f"{step.es} {step.bits:+.2f} bits."


def _member(member: Member) -> str:
    named = f"{member.feed.value} {member.number}"
    if member.role is None:
        return named
    role = {"victim": "víctima", "suspect": "presunto autor"}.get(member.role.value, member.role.value)
    return f"{named} ({role} {member.order})"


def _model(told: Explanation) -> str:
    said = [f"modelo {told.model}"] if told.model else []
    if told.thresholds is not None:
        said.append(f"política {told.thresholds.policy}")
    return ", ".join(said)


def _conclusion(told: Explanation) -> str:
    said = [] if told.probability is None else [f"probabilidad {told.probability:.5f}"]
    if _OUTCOMES[told.outcome]:
        said.append(_OUTCOMES[told.outcome])
    return "; ".join(said)
