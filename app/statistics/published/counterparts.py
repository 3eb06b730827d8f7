"""What the registry counts beside a printed figure: the same system, period and category. Pure.

Every printed figure is of trafficking. What one institution prints is compared with what its own records
say, by the offence that they state.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.security.reach import Reach
from app.statistics.asking import DIMENSIONS, MEASURES, OWN_WORDS
from app.statistics.dimensions import DEPARTMENTS, UNKNOWN
from app.statistics.published.comparing import TOTAL, PublishedUnreadable
from schemas.indicators import Words
from schemas.published import Comparison, Disagreement, PublishedFigure, Side
from schemas.vocabulary import DisagreementKind, Feed, OffenceFamily, Unit

FAMILY: Final = OffenceFamily.TRAFFICKING
REGISTRY: Final = "INTERTRATA"
COMPLAINT_CALLS: Final = "complaint_calls"
COURT_OUTCOMES: Final = "court_outcomes"
_OWN_WORDS: Final = {
    COMPLAINT_CALLS: Words(
        es="Llamadas de la Línea 1818 que son denuncia y no están anuladas, por su fecha y el departamento "
        "que dicen",
        en="Calls of Línea 1818 that are complaints and not annulled, by their date and the department that "
        "they state",
    ),
    COURT_OUTCOMES: Words(
        es="Expedientes distintos, por su primer registro y por cómo están: con condena en pie; si no, con "
        "absolución en pie; si no, el último estado que la corte dijo",
        en="Distinct court files, by their first registration and by how they stand: with a conviction that "
        "stands; else an acquittal that stands; else the last state that the court told",
    ),
}
_MEASURE: Final[Mapping[tuple[Unit, Feed], str]] = {
    (Unit.COMPLAINTS, Feed.RETA_PNP): "complaints",
    (Unit.COMPLAINTS, Feed.SISTRA): "prosecution_files",
    (Unit.COMPLAINTS, Feed.LINEA_1818): COMPLAINT_CALLS,
    (Unit.FILES, Feed.PODER_JUDICIAL): "court_files",
    (Unit.FILES, Feed.SISTRA): "prosecution_files",
    (Unit.CASES, Feed.SISTRA): "cases",
    **{(Unit.VICTIMS, feed): "victims" for feed in Feed},
    **{(Unit.SUSPECTS, feed): "suspects" for feed in Feed},
}
_OWN_DIMENSION: Final = {COMPLAINT_CALLS: "department", COURT_OUTCOMES: "outcome"}
_DIMENSION: Final = {
    "sex": "sex",
    "age": "minor",
    "nationality": "nationality",
    "purpose": "purpose",
    "region": "department",
    "outcome": "outcome",
}
_CODES: Final = {
    ("minor", "under 18"): ("yes",),
    ("minor", "18 and over"): ("no",),
    ("nationality", "foreign"): ("PER", UNKNOWN),  # all but these
    ("department", "Lima"): tuple(code for code in DEPARTMENTS if code.startswith("15")),
}
_ALL_BUT: Final = frozenset({"foreign"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A count of one system in one period, and by what it is told; figures of a table share it."""

    measure: str
    system: Feed
    since: date
    until: date
    dimension: str | None

    @property
    def by_query(self) -> bool:
        """Whether a question to the statistics answers it; else a count of its own."""
        return self.measure in MEASURES

    @property
    def missing(self) -> str | None:
        """The dimension by which nothing counts it (yet)."""
        if self.dimension is None or self.dimension == _OWN_DIMENSION.get(self.measure):
            return None
        asked = self.by_query and self.dimension in DIMENSIONS
        held = asked and self.dimension in {each.id for each in MEASURES[self.measure].dimensions}
        return None if held else self.dimension

    def told_to(self, reach: Reach) -> bool:
        """Whether the registry counts it for who has this reach."""
        if self.missing is not None:
            return False
        own = self.dimension is None or self.dimension == _OWN_DIMENSION.get(self.measure)
        return own or reach.kind != "feeds" or self.dimension in OWN_WORDS

    @property
    def words(self) -> Words:
        return MEASURES[self.measure].numerator if self.by_query else _OWN_WORDS[self.measure]


@dataclass(frozen=True, slots=True)
class Counterpart:
    """``codes`` of the dimension that the figure's category means; None is the total."""

    asked: Asked
    codes: frozenset[str] | None
    all_but: bool = False

    def value(self, total: int, by_code: Mapping[str, int]) -> int:
        """Categories of several codes are of dimensions of which each thing has one."""
        if self.codes is None:
            return total
        return sum(count for code, count in by_code.items() if (code in self.codes) != self.all_but)


def counterpart(figure: PublishedFigure) -> Counterpart:
    """Raises PublishedUnreadable for what nobody has said how to count."""
    measure = _MEASURE.get((figure.unit, figure.system))
    if measure is None:
        raise PublishedUnreadable(f"{figure.system} / {figure.unit}")
    since, until = days_of(figure.period)
    if figure.category == TOTAL:
        return Counterpart(Asked(measure, figure.system, since, until, None), None)
    dimension = _DIMENSION[figure.breakdown]
    if (measure, dimension) == ("court_files", "outcome"):
        measure = COURT_OUTCOMES
    codes = _CODES.get((dimension, figure.category), (figure.category.replace(" ", "_"),))
    asked = Asked(measure, figure.system, since, until, dimension)
    return Counterpart(asked, frozenset(codes), figure.category in _ALL_BUT)


def days_of(period: str) -> tuple[date, date]:
    """First and last day of ``2016``, ``2017-S1`` or ``2009-2010``. Raises PublishedUnreadable."""
    first, _, rest = period.partition("-")
    try:
        start = date(int(first), 7 if rest == "S2" else 1, 1)
        end = (
            date(start.year, 7, 1)
            if rest == "S1"
            else date((int(rest) if rest.isdigit() else start.year) + 1, 1, 1)
        )
    except ValueError:
        raise PublishedUnreadable(period) from None
    if rest not in {"", "S1", "S2"} and not rest.isdigit():
        raise PublishedUnreadable(period)
    return start, end - timedelta(days=1)


def within(figure: PublishedFigure, found: Counterpart, reach: Reach) -> bool:
    """Whether a figure is of what the reach holds: an institution's own system, a region's own department."""
    if reach.kind == "feeds":
        return figure.system in reach.feeds
    if reach.department is None:
        return True
    of_place = found.asked.dimension == "department" and found.codes is not None and not found.all_but
    return of_place and all(code[:2] == reach.department for code in found.codes or ())


def compared(figure: PublishedFigure, found: Counterpart, registry: int | None) -> Comparison:
    """Without ``registry``, what was asked tells by which dimension it is not counted."""
    return Comparison(
        figure=figure,
        indicator=found.asked.measure,
        counted=found.asked.words,
        registry=registry,
        difference=None if registry is None else registry - figure.value,
        missing=found.asked.dimension if registry is None else None,
    )


def with_registry(comparisons: Iterable[Comparison]) -> tuple[Disagreement, ...]:
    """Every printed figure from which the registry's differs."""
    return tuple(
        _disagreement(each, each.registry)
        for each in comparisons
        if each.difference and each.registry is not None
    )


def _disagreement(compared: Comparison, registry: int) -> Disagreement:
    figure = compared.figure
    first = Side(
        document=figure.document,
        table=figure.table,
        institution=figure.institution,
        period=figure.period,
        value=figure.value,
        summed=False,
    )
    return Disagreement(
        kind=DisagreementKind.REGISTRY,
        system=figure.system,
        unit=figure.unit,
        breakdown=figure.breakdown,
        category=figure.category,
        first=first,
        second=first.model_copy(
            update={
                "document": REGISTRY,
                "table": compared.indicator,
                "institution": REGISTRY,
                "value": registry,
            }
        ),
        difference=registry - figure.value,
        told=Words(
            es=f"{figure.institution} ({figure.table}) dice {figure.value}; el registro cuenta {registry}.",
            en=f"{figure.institution} ({figure.table}) says {figure.value}; the registry counts {registry}.",
        ),
    )
