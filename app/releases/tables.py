"""Standard tables out of facts, and the bytes they are frozen as. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import orjson
from pydantic import BaseModel

from app.releases.facts import Fact, Facts
from app.releases.periods import Period
from app.releases.standard import TOTAL, UNTOTALLED, StandardTable, codes_of
from app.statistics.asking import MEASURES
from app.statistics.dimensions import BY_ID
from schemas.releases import CellStatus, ReleaseCell, ReleaseTable

Codes = tuple[str, ...]
FAMILY = "offence_family"


class CodeUnlisted(ValueError):
    """A fact has a code that its dimension does not list: its table would not add up."""


def exact_table(table: StandardTable, facts: Facts, periods: Sequence[Period]) -> ReleaseTable:
    """Distinct things in every cell. Raises ``CodeUnlisted``."""
    counts = {codes: len(keys) for codes, keys in standing(table, facts, periods).items()}
    cells = (
        ReleaseCell(codes=codes, value=counts.pop(codes, 0), status=CellStatus.VALUE)
        for codes in places_of(table, periods)
    )
    made = as_table(table, tuple(cells))
    if counts:
        raise CodeUnlisted(table.id)
    return made


def places_of(table: StandardTable, periods: Sequence[Period]) -> Iterator[Codes]:
    """Every combination of codes, in order."""
    return product([each.code for each in periods], *(codes_of(each) for each in table.by))


def standing(table: StandardTable, facts: Facts, periods: Sequence[Period]) -> dict[Codes, set[str]]:
    """The keys of what stands in each cell, totals in; cells of nothing are not there."""
    others = tuple(each for each in table.by if each != FAMILY)
    places = dict(zip(others, facts.places(others), strict=True))
    found: dict[Codes, set[str]] = defaultdict(set)
    for period in periods:
        for row in facts.within(period):
            for codes in product((period.code,), *(_told(each, row, places) for each in table.by)):
                found[codes].add(row.key)
    return found


def _told(dimension: str, row: Fact, places: Mapping[str, int]) -> Codes:
    if dimension == FAMILY:
        return (row.family,)
    code = row.codes[places[dimension]]
    return (code,) if dimension in UNTOTALLED else (code, TOTAL)


def as_table(table: StandardTable, cells: tuple[ReleaseCell, ...]) -> ReleaseTable:
    definition = MEASURES[table.indicator]
    several = {each.id for each in definition.dimensions if each.multi_valued}
    return ReleaseTable(
        id=table.id,
        name=table.name,
        indicator=table.indicator,
        unit=definition.unit,
        dimensions=table.dimensions,
        multi_valued=tuple(each for each in table.by if each in several or BY_ID[each].many),
        cells=cells,
    )


def values(table: ReleaseTable) -> Mapping[Codes, int | None]:
    """By codes; None where nothing is shown."""
    return {cell.codes: cell.value for cell in table.cells}


def canonical(model: BaseModel) -> bytes:
    """The bytes of a frozen document: JSON, UTF-8, keys in order, no blanks."""
    return orjson.dumps(model.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
