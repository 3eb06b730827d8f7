"""What the cube holds of each measure: by what it is told, and with whose change it is read again."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.statistics.asking import MEASURES
from app.statistics.counting import LISTS, OF_CASE, SOURCES
from schemas.query import Query


class Owner(StrEnum):
    """What changes as a whole: all facts of one are read together."""

    RECORD = "record"
    FILE = "file"  # a carpeta or expediente with all its incidents
    CASE = "case"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Held:
    """``owner_sql``: the owner of an item by its ``key``; None where the item is its own."""

    measure: str
    owner: Owner
    dimensions: tuple[str, ...]  # read with each fact; family and feeds are always
    owner_sql: str | None = None

    @property
    def lists(self) -> tuple[str, ...]:
        return tuple(name for name in self.dimensions if name in LISTS)


_OWNERS: Final = {
    "record_id": Owner.RECORD,
    "citation_key": Owner.FILE,
    "case_id": Owner.CASE,
    "person_id": Owner.PERSON,
}


def _held(measure: str) -> Held | None:
    told_by = {of.id for of in MEASURES[measure].dimensions}
    dimensions = tuple(name for name in OF_CASE if name in told_by)
    if measure == "victimisations":  # (person,case)
        return Held(measure, Owner.CASE, dimensions, "split_part(rtrim(key, ')'), ',', 2)")
    source = SOURCES[measure]
    owner = _OWNERS.get(source.key) if source.first and source.family == "family" else None
    return Held(measure, owner, dimensions) if owner else None


HELD: Final = {measure: held for measure in MEASURES if (held := _held(measure)) is not None}
"""Measures that are none of these, and dimensions that they do not hold, are counted in SQL."""
_ALWAYS: Final = frozenset({"period", "offence_family", "feeds"})
DIMENSIONS: Final = tuple(name for name in OF_CASE if any(name in held.dimensions for held in HELD.values()))


def holds(query: Query) -> bool:
    """Whether every measure is held, with all that it is told and filtered by."""
    asked = {*query.dimensions, *query.filters} - _ALWAYS
    return all(each in HELD and asked <= {*HELD[each].dimensions} for each in query.measures)
