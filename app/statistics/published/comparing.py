"""Published figures against their own parts and against each other. Pure.

Figures of two systems are not compared: police and prosecution count different things of the same period.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import combinations
from typing import Final

from schemas.indicators import Words
from schemas.published import Disagreement, Published, PublishedFigure, Side
from schemas.vocabulary import DisagreementKind

TOTAL: Final = "total"
_WHOLE: Final = {"sex": True, "age": True, "outcome": True, "purpose": True, "region": False}
"""Whether all parts of a breakdown are printed; where not, they may not exceed the total."""


class PublishedUnreadable(ValueError):
    """The figures we carry lack a total, or hold a breakdown that nobody defined."""


@cache
def published() -> Published:
    """Those that the product carries. Raises PublishedUnreadable, or ValidationError for an unknown code."""
    held = read(files("app.statistics.published").joinpath("figures.csv").read_text("utf-8"))
    return Published(figures=held, disagreements=disagreements(held))


def read(text: str) -> tuple[PublishedFigure, ...]:
    rows = csv.DictReader(text.splitlines())
    return tuple(
        PublishedFigure.model_validate_strings({name: value for name, value in row.items() if value})
        for row in rows
    )


def disagreements(figures: Iterable[PublishedFigure]) -> tuple[Disagreement, ...]:
    """Every one, in the order of the figures: sums, then sources, then what stood still."""
    held = tuple(figures)
    return (*_sums(held), *_sources(held), *_stale(held))


def _sums(figures: tuple[PublishedFigure, ...]) -> Iterator[Disagreement]:
    parts: dict[tuple[str, ...], list[PublishedFigure]] = defaultdict(list)
    for figure in figures:
        if figure.part_of is not None:
            parts[(*_table(figure), figure.part_of, figure.breakdown)].append(figure)
    for (*table, of, breakdown), found in parts.items():
        totals = [each for each in figures if [*_table(each), each.category] == [*table, of]]
        if len(totals) != 1 or breakdown not in _WHOLE:
            raise PublishedUnreadable(" / ".join((*table, of, breakdown)))
        total, summed = totals[0], sum(part.value for part in found)
        if summed > total.value or (_WHOLE[breakdown] and summed != total.value):
            second = _side(total).model_copy(update={"value": summed, "summed": True})
            yield _disagreement(
                DisagreementKind.SUM, total.model_copy(update={"breakdown": breakdown}), second
            )


def _sources(figures: tuple[PublishedFigure, ...]) -> Iterator[Disagreement]:
    for first, second in combinations(figures, 2):
        same = (first.period, *_counted(first)) == (second.period, *_counted(second))
        if same and first.value != second.value:
            yield _disagreement(DisagreementKind.SOURCE, first, _side(second))


def _stale(figures: tuple[PublishedFigure, ...]) -> Iterator[Disagreement]:
    """A total printed once more for another period. Parts are small enough to be equal by chance."""
    totals = [figure for figure in figures if figure.category == TOTAL]
    for first, second in combinations(totals, 2):
        same = (first.institution, *_counted(first)) == (second.institution, *_counted(second))
        if same and first.period != second.period and first.value == second.value:
            yield _disagreement(DisagreementKind.STALE, first, _side(second))


def _table(figure: PublishedFigure) -> tuple[str, ...]:
    return (
        figure.document,
        figure.table,
        figure.institution,
        figure.system,
        figure.period,
        figure.unit,
    )


def _counted(figure: PublishedFigure) -> tuple[str | None, ...]:
    return (figure.system, figure.unit, figure.region, figure.breakdown, figure.category)


def _side(figure: PublishedFigure) -> Side:
    return Side(
        document=figure.document,
        table=figure.table,
        institution=figure.institution,
        period=figure.period,
        value=figure.value,
        summed=False,
    )


def _disagreement(kind: DisagreementKind, figure: PublishedFigure, second: Side) -> Disagreement:
    first = _side(figure)
    return Disagreement(
        kind=kind,
        system=figure.system,
        unit=figure.unit,
        breakdown=figure.breakdown,
        category=figure.category,
        first=first,
        second=second,
        difference=second.value - first.value,
        told=_told(kind, first, second),
    )


def _told(kind: DisagreementKind, first: Side, second: Side) -> Words:
    one, two = first.value, second.value
    match kind:
        case DisagreementKind.SUM:
            es, en = (
                f"El total dice {one}; sus partes suman {two}.",
                f"The total says {one}; its parts make {two}.",
            )
        case DisagreementKind.SOURCE:
            a, b = (f"{side.institution} ({side.table})" for side in (first, second))
            es, en = f"{a} dice {one}; {b}, {two}.", f"{a} says {one}; {b}, {two}."
        case DisagreementKind.STALE:
            es = f"{first.institution} dice {one} para {first.period} y otra vez para {second.period}."
            en = f"{first.institution} says {one} for {first.period} and again for {second.period}."
    return Words(es=es, en=en)
