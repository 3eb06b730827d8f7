"""What may be asked of the statistics: every name and code is checked before anything is counted. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from app.core.errors import Unprocessable
from app.statistics.dimensions import BY_ID
from app.statistics.indicators import INDICATORS
from schemas.indicators import Indicator
from schemas.query import MeasureOf, Query

MEASURES: Final[Mapping[str, Indicator]] = {
    each.id: each
    for each in INDICATORS
    if each.id
    in {
        "complaints",
        "prosecution_files",
        "court_files",
        "sentenced_files",
        "cases",
        "victimisations",
        "victims",
        "suspects",
        "accused",
        "convicted",
        "acquitted",
    }
}
"""The indicators that a question may count."""
DIMENSIONS: Final = ("period", "offence_family", "department", "purpose", "recruitment", "stage", "feeds")
"""The dimensions that a question may be told by."""
_OF_BOTH: Final = frozenset({"cases", "victimisations", "victims", "suspects"})
"""What several feeds can know of, so that ``feeds`` tells something."""


class QuestionInvalid(Unprocessable):
    """``field`` is the field of the question, ``allowed`` what it may be; what was sent is not repeated."""

    code = "question-invalid"
    es = "El campo {field} de la consulta no vale. Puede ser: {allowed}."
    en = "The field {field} of the question is not valid. It may be: {allowed}."

    def __init__(self, field: str, allowed: Iterable[str]) -> None:
        super().__init__(field=field, allowed=", ".join(allowed))


def checked(query: Query) -> tuple[MeasureOf, ...]:
    """The measures as the answer tells them. Raises QuestionInvalid, naming the first field that is wrong."""
    _listed("measures", query.measures, MEASURES)
    dimensions = _common(query)
    _listed("dimensions", query.dimensions, dimensions)
    _listed("filters", query.filters, [each for each in dimensions if each != "period"])
    for dimension, codes in query.filters.items():
        _listed(f"filters.{dimension}", codes, _codes(dimension))
    if query.since and query.until and query.until < query.since:
        raise QuestionInvalid("until", (f">= {query.since}",))
    return tuple(_measure(MEASURES[each], query.dimensions) for each in query.measures)


def _common(query: Query) -> list[str]:
    """The dimensions of every measure asked. One feed alone says nothing of what the feeds know together."""
    together = query.source is None and _OF_BOTH.issuperset(query.measures)
    held = [{of.id for of in MEASURES[each].dimensions} for each in query.measures]
    return [each for each in DIMENSIONS if all(each in of for of in held) and (each != "feeds" or together)]


def _codes(dimension: str) -> tuple[str, ...]:
    return BY_ID[dimension].dimension.codes


def _listed(field: str, sent: Iterable[str], allowed: Iterable[str]) -> None:
    """Raises QuestionInvalid for what is not allowed, said twice, or a filter that keeps nothing."""
    codes, held = list(sent), list(allowed)
    empty = field.startswith("filters.") and not codes
    if empty or len(set(codes)) < len(codes) or not set(codes) <= set(held):
        raise QuestionInvalid(field, held)


def _measure(indicator: Indicator, dimensions: tuple[str, ...]) -> MeasureOf:
    """A person, or a file whose incidents lie in several cases, may stand in two of what cases tell."""
    single = indicator.id in {"complaints", "cases", "victimisations"}
    several = tuple(each for each in dimensions if BY_ID[each].many or not single)
    return MeasureOf(id=indicator.id, unit=indicator.unit, multi_valued=several)
