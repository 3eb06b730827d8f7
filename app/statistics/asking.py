"""What may be asked of the statistics: every name and code is checked before anything is counted. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from app.core.errors import Unprocessable
from app.security.reach import EVERYTHING, Reach
from app.statistics.dimensions import BY_ID, DEPARTMENTS, OFFICES, UNKNOWN, Told
from app.statistics.indicators import INDICATORS
from app.statistics.periods import Period, last_ended
from schemas.indicators import Indicator
from schemas.query import MeasureOf, Query
from schemas.registry import AgeGroup
from schemas.vocabulary import DateBasis, Feed, Unit

MEASURES: Final[Mapping[str, Indicator]] = {each.id: each for each in INDICATORS}
"""The indicators that a question may count: all of them."""
DIMENSIONS: Final = tuple(BY_ID)
"""The dimensions that a question may be told by, each where the definitions of all its measures list it."""
_OF_BOTH: Final = frozenset({"cases", "victimisations", "victims", "suspects"})
"""What several feeds can know of, so that ``feeds`` tells something."""
_OF_ONE: Final = frozenset(
    {Unit.COMPLAINTS, Unit.CASES, Unit.VICTIMISATIONS, Unit.CALLS, Unit.CALLS_DERIVED_WITHIN_3_HOURS}
    | {Unit.PROTECTION_MEASURES, Unit.SERVICES, Unit.RECORDS, Unit.MENTIONS}
)
"""Units of which each stands in one case, or in none. A person, or a file whose incidents lie in several
cases, may stand in two of what cases tell."""
OWN_WORDS: Final = frozenset(
    {"period", "offence_family", "feed", "purpose", "recruitment", "outcome", "call_category", "derivation"}
    | {"measure_type", "service_type"}
)
"""What the records of one feed tell by themselves; the rest is reconciled out of every feed's."""
_COUNTRY: Final = re.compile(r"[A-Z]{3}")


class QuestionInvalid(Unprocessable):
    """``field`` is the field of the question, ``allowed`` what it may be; what was sent is not repeated."""

    code = "question-invalid"
    es = "El campo {field} de la consulta no vale. Puede ser: {allowed}."
    en = "The field {field} of the question is not valid. It may be: {allowed}."

    def __init__(self, field: str, allowed: Iterable[str]) -> None:
        self.field, self.allowed = field, ", ".join(allowed)
        super().__init__(field=self.field, allowed=self.allowed)


def inside(query: Query, reach: Reach) -> Query:
    """The question as a caller with this reach asks it: an institution asks what its own feed says.

    Raises QuestionInvalid for what lies outside.
    """
    if reach.kind == "feeds":
        own = [each for each in Feed if each in reach.feeds]
        if query.source is None and len(own) == 1:
            query = query.model_copy(update={"source": own[0]})
        if query.source not in own:
            raise QuestionInvalid("source", own)
    if reach.department is not None:
        own_codes = [each for each in DEPARTMENTS if each[:2] == reach.department]
        if not set(query.filters.get("department", ())) <= set(own_codes):
            raise QuestionInvalid("filters.department", own_codes)
    return query


def checked(query: Query, today: date | None = None, reach: Reach = EVERYTHING) -> tuple[MeasureOf, ...]:
    """The measures as the answer tells them. Raises QuestionInvalid, naming the first field that is wrong.

    ``today`` is that of Lima; without it no day is too late.
    """
    _listed("measures", query.measures, MEASURES)
    _based(query)
    _stated(query, reach)
    dimensions = _common(query, reach)
    _listed("dimensions", query.dimensions, dimensions)
    _listed("filters", query.filters, [each for each in dimensions if each != "period"])
    for dimension, codes in query.filters.items():
        _filtered(dimension, codes)
    _agreeing(query)
    if query.since and query.until and query.until < query.since:
        raise QuestionInvalid("until", (f">= {query.since}",))
    if today is not None:
        _timely(query, today)
    return tuple(_measure(each, query) for each in query.measures)


def refuse_future(days: Mapping[str, date | None], today: date) -> None:
    """Raises QuestionInvalid for a day that has not come, by the name of its field: 0 would be quoted."""
    for field, day in days.items():
        if day is not None and day > today:
            raise QuestionInvalid(field, (f"<= {today}",))


def basis_of(measure: str, query: Query) -> DateBasis:
    """By which date a question puts what the measure counts into a period."""
    return query.date_basis or MEASURES[measure].date_basis


def filters_of(written: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """``department:15-metropolitana,07``, each dimension as often as one likes. Raises QuestionInvalid."""
    found: dict[str, tuple[str, ...]] = {}
    for each in written:
        dimension, colon, codes = each.partition(":")
        if not colon:
            raise QuestionInvalid("filter", (f"{name}:..." for name in DIMENSIONS if name != "period"))
        found[dimension] = (*found.get(dimension, ()), *codes.split(","))
    return found


def of_whole_lima(query: Query) -> Query:
    """``15`` among the departments stands for its regions: the whole of department 15."""
    asked = query.filters.get("department", ())
    if "15" not in asked:
        return query
    lima = [each for each in DEPARTMENTS if each.startswith("15-")]
    codes = tuple(dict.fromkeys(code for each in asked for code in (lima if each == "15" else (each,))))
    return query.model_copy(update={"filters": query.filters | {"department": codes}})


def _based(query: Query) -> None:
    """Raises QuestionInvalid for a date basis that some measure is not told by."""
    common = [each for each in DateBasis if all(each in MEASURES[m].date_bases for m in query.measures)]
    if query.date_basis is not None and query.date_basis not in common:
        raise QuestionInvalid("date_basis", common)


def _stated(query: Query, reach: Reach) -> None:
    """Raises QuestionInvalid for a source that cannot state what is asked: a 0 would say that it stated none.
    Where no feed within the reach states all of it, the measures are told that this one does."""
    common = [each for each in Feed if all(each in MEASURES[m].feeds for m in query.measures)]
    if query.source is None or query.source in common:
        return
    within = [each for each in common if reach.kind != "feeds" or each in reach.feeds]
    if within:
        raise QuestionInvalid("source", within)
    raise QuestionInvalid("measures", (id_ for id_, of in MEASURES.items() if query.source in of.feeds))


def _timely(query: Query, today: date) -> None:
    """Raises QuestionInvalid for days that have not come, and for what should be finished and is not."""
    refuse_future({"since": query.since, "until": query.until}, today)
    if query.finished:
        last = last_ended(today, query.grain)
        if query.until is None or query.until > last:
            raise QuestionInvalid("until", (f"<= {last}",))
        _whole(query)


def _whole(query: Query) -> None:
    """Raises QuestionInvalid for a bound in the midst of a period, with the nearest that are none."""
    if query.since is not None and query.since != (of := Period.holding(query.since, query.grain)).first:
        raise QuestionInvalid("since", map(str, (of.first, of.last + timedelta(days=1))))
    if query.until is not None and query.until != (of := Period.holding(query.until, query.grain)).last:
        before = [of.first - timedelta(days=1)] if of.first > date.min else []
        raise QuestionInvalid("until", map(str, (*before, of.last)))


def _common(query: Query, reach: Reach) -> list[str]:
    """The dimensions of every measure asked. One feed alone says nothing of what the feeds know together, and
    an institution is told by what its own records say, not by what became of them together with others."""
    together = query.source is None and _OF_BOTH.issuperset(query.measures)
    held = [{of.id for of in MEASURES[each].dimensions} for each in query.measures]
    return [
        each
        for each in DIMENSIONS
        if all(each in of for of in held)
        and (each != "feeds" or together)
        and (reach.kind != "feeds" or each in OWN_WORDS or _own_office(each, query.source))
    ]


def _own_office(dimension: str, source: Feed | None) -> bool:
    """Whether the district is one that the records of this feed state, and no other's."""
    return dimension in OFFICES and OFFICES[dimension][0] is source


def _filtered(dimension: str, codes: Sequence[str]) -> None:
    """Of a list that others keep, only the form is checked."""
    held = BY_ID[dimension].dimension
    if held.codes:
        _listed(f"filters.{dimension}", codes, held.codes)
    elif not codes or len(set(codes)) < len(codes) or not all(map(_is_country, codes)):
        raise QuestionInvalid(f"filters.{dimension}", (held.standard or "", UNKNOWN))


def _is_country(code: str) -> bool:
    return code == UNKNOWN or _COUNTRY.fullmatch(code) is not None


def _agreeing(query: Query) -> None:
    """Raises QuestionInvalid for filters that nothing can pass together."""
    feeds, bands, minor = (query.filters.get(each) for each in ("feed", "age_band", "minor"))
    if query.source and feeds and query.source not in feeds:
        raise QuestionInvalid("filters.feed", (query.source,))
    for stating in (MEASURES[each].feeds for each in query.measures):
        if feeds and not set(stating) & set(feeds):
            raise QuestionInvalid("filters.feed", stating)
    if bands and minor and not any(each == UNKNOWN or _of_band(each) in minor for each in bands):
        possible = [each for each in AgeGroup if _of_band(each) in minor]
        raise QuestionInvalid("filters.age_band", (*possible, UNKNOWN))


def _of_band(band: str) -> str:
    return "yes" if AgeGroup(band).minor else "no"


def _listed(field: str, sent: Iterable[str], allowed: Iterable[str]) -> None:
    """Raises QuestionInvalid for what is not allowed, said twice, or a filter that keeps nothing."""
    codes, held = list(sent), list(allowed)
    empty = field.startswith("filters.") and not codes
    if empty or len(set(codes)) < len(codes) or not set(codes) <= set(held):
        raise QuestionInvalid(field, held)


def _measure(measure: str, query: Query) -> MeasureOf:
    """A person has one sex and one nationality, whatever cases they stand in."""
    indicator = MEASURES[measure]
    single = indicator.unit in _OF_ONE
    several = tuple(
        each
        for each in query.dimensions
        if BY_ID[each].many or not (single or BY_ID[each].told is Told.PERSON)
    )
    basis = basis_of(measure, query)
    return MeasureOf(id=measure, unit=indicator.unit, date_basis=basis, multi_valued=several)
