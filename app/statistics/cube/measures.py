"""What the cube holds of each measure: by what it is told, and with whose change it is read again."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.statistics.asking import MEASURES
from app.statistics.counting import OF_CASE, OF_ITEM, OF_PERSON, SOURCES
from app.statistics.cube.coding import coding
from app.statistics.dimensions import BY_ID
from schemas.query import Query
from schemas.vocabulary import DateBasis


class Owner(StrEnum):
    """What changes as a whole: all facts of one are read together."""

    RECORD = "record"
    MENTION = "mention"
    FILE = "file"  # a carpeta or expediente with all its incidents
    CASE = "case"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Held:
    """``owner_sql``: the owner of an item by its ``key``; None where the item is its own."""

    measure: str
    owner: Owner
    dimensions: tuple[str, ...]  # read with each fact, beside family and feeds
    owner_sql: str | None = None

    @property
    def family(self) -> str:
        """The number of an item's family: of its case, the record's own, or none, as of calls."""
        if "offence_family" not in {of.id for of in MEASURES[self.measure].dimensions}:
            return "0"
        stated = self.measure in SOURCES and SOURCES[self.measure].family == "said"
        return coding("offence_family").sql("family") if stated else "family"

    @property
    def bases(self) -> tuple[DateBasis, ...]:
        return MEASURES[self.measure].date_bases

    @property
    def lists(self) -> tuple[str, ...]:
        return tuple(name for name in self.dimensions if BY_ID[name].many)


_OWNERS: Final = {  # by the key that is counted
    "record_id": (Owner.RECORD, None),
    "citation_key": (Owner.FILE, None),
    "case_id": (Owner.CASE, None),
    "person_id": (Owner.PERSON, None),
    "mention_id": (Owner.MENTION, None),
    "item": (Owner.MENTION, "split_part(key, '|', 1)"),  # mention|place
}
_OF_MEASURE: Final = {"victimisations": (Owner.CASE, "split_part(rtrim(key, ')'), ',', 2)")}  # (person,case)


def _held(measure: str) -> Held | None:
    told_by = {of.id for of in MEASURES[measure].dimensions}
    known = _OF_MEASURE.get(measure) or (_OWNERS.get(SOURCES[measure].key) if measure in SOURCES else None)
    if known is None:
        return None
    dimensions = tuple(name for name in BY_ID if name in told_by and name not in OF_ITEM)
    return Held(measure, known[0], dimensions, known[1])


HELD: Final = {measure: held for measure in MEASURES if (held := _held(measure)) is not None}
"""Measures that are none of these are counted in SQL."""
DIMENSIONS: Final = tuple(name for name in BY_ID if any(name in held.dimensions for held in HELD.values()))
CODED: Final = frozenset({*OF_CASE, *OF_PERSON})
"""Dimensions that are numbers already where items are told from; others become so in the item."""


def holds(query: Query) -> bool:
    """Whether every measure is held."""
    return HELD.keys() >= set(query.measures)
