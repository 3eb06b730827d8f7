"""A comparison as text for people: Spanish first, English beside. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

_KINDS: Final = {"case": "Casos / cases", "person": "Personas / persons"}
_FIGURES: Final = 40  # told here; the JSON has all


def readable(digest: str, report: Mapping[str, Any]) -> str:
    """Lines of text, no identity in them."""
    return "\n".join(_lines(digest, report))


def _lines(digest: str, report: Mapping[str, Any]) -> Iterator[str]:
    yield f"Modelo {report['version']} frente a / against {report['against']}"
    yield f"{report['records']} registros / records, {report['mentions']} menciones / mentions"
    yield f"cambio / change {report['position']}, por vincular / pending {report['pending']}"
    for kind, title in _KINDS.items():
        yield ""
        yield from _of_kind(title, report[kind])
    yield ""
    figures = report["figures"]
    yield f"Cifras que cambiarían / figures that would move: {len(figures)}"
    for each in figures[:_FIGURES]:
        yield f"  {each['figure']}: {each['before']} -> {each['after']}"
    yield f"Comparación / comparison: {digest}"


def _of_kind(title: str, found: Mapping[str, Any]) -> Iterator[str]:
    clusters, precision = found["clusters"], found["precision"]
    yield f"{title}: {clusters['before']} -> {clusters['after']}"
    yield f"  pares que cambian / pairs that flip: {found['flips']['pairs']}"
    for each in found["flips"]["counts"]:
        yield f"    {each['from']} -> {each['to']}: {each['pairs']}"
    for name, words in (
        ("estimated", "precisión estimada / estimated precision"),
        ("reviewed", "precisión según revisores / precision by reviewers' word"),
    ):
        yield f"  {words}: {_share(precision['before'][name])} -> {_share(precision['after'][name])}"
    ids = ", ".join(f"{event} {count}" for event, count in sorted(found["ids"]["counts"].items())) or "0"
    yield f"  identificadores / ids: {ids}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"
