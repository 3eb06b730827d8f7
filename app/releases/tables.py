"""Standard tables out of facts, and the bytes they are frozen as. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import orjson
from pydantic import BaseModel

from app.releases.facts import Facts
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
    counts = counted(table, facts, periods)
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


def counted(table: StandardTable, facts: Facts, periods: Sequence[Period]) -> dict[Codes, int]:
    """Distinct things by the codes of a cell, totals in; cells of none are not there."""
    others = tuple(each for each in table.by if each != FAMILY)
    places = facts.places(others)
    found: dict[Codes, set[str]] = defaultdict(set)
    for period in periods:
        for row in facts.within(period):
            codes = dict(zip(others, (row.codes[place] for place in places), strict=True))
            told = ((row.family,) if each == FAMILY else _with_total(each, codes[each]) for each in table.by)
            for cell in product((period.code,), *told):
                found[cell].add(row.key)
    return {codes: len(keys) for codes, keys in found.items()}


def _with_total(dimension: str, code: str) -> Codes:
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
