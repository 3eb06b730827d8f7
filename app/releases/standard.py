"""The standard tables of a release: which indicator by which dimensions, and which of them are public. Pure.

A person of two cases stands in two departments, a case has several purposes: parts of such dimensions add up
to more than the total, and a table flags them (``multi_valued``). Families of offence are never added up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.statistics.dimensions import BY_ID, UNKNOWN
from app.statistics.indicators import INDICATORS
from schemas.indicators import Indicator, Words

TOTAL: Final = "_T"  # the code of SDMX for all of a dimension
OTHER: Final = "_O"  # the code of SDMX for what is not listed
NATIONALITIES: Final = ("PER", "ARG", "BOL", "BRA", "CHL", "COL", "ECU", "VEN", OTHER, UNKNOWN)
"""ISO 3166-1 alpha-3: Peru, its neighbours and whence most come; a list that is there whoever is counted."""
UNTOTALLED: Final = frozenset({"period", "offence_family"})
"""Dimensions without a total."""

_INDICATORS: Final[Mapping[str, Indicator]] = {each.id: each for each in INDICATORS}


@dataclass(frozen=True, slots=True)
class StandardTable:
    """``dimensions`` after ``period``, which comes first in every table."""

    id: str
    indicator: str
    by: tuple[str, ...]
    public: bool

    @property
    def dimensions(self) -> tuple[str, ...]:
        return ("period", *self.by)

    @property
    def definition(self) -> Indicator:
        return _INDICATORS[self.indicator]

    @property
    def name(self) -> Words:
        """``Casos por familia de delito y departamento``."""
        names = [BY_ID[each].dimension.name for each in self.by]
        return Words(
            es=f"{self.definition.name.es} por {_listed([each.es.lower() for each in names], 'y')}",
            en=f"{self.definition.name.en} by {_listed([each.en.lower() for each in names], 'and')}",
        )


def _listed(names: list[str], last: str) -> str:
    return f" {last} ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _tables(indicators: str, by: str, *, public: bool) -> tuple[StandardTable, ...]:
    """One table for each indicator; its id says both."""
    dimensions = tuple(by.split())
    told = "-".join(each for each in dimensions if each != "offence_family") or "family"
    return tuple(
        StandardTable(f"{indicator}-{told}", indicator, dimensions, public)
        for indicator in indicators.split()
    )


TABLES: Final = (
    *_tables("complaints cases", "offence_family department", public=True),
    *_tables("cases", "offence_family stage", public=True),
    *_tables("prosecution_files court_files sentenced_files", "offence_family", public=True),
    *_tables("victims victimisations suspects accused convicted acquitted", "offence_family", public=True),
    *_tables("victimisations", "offence_family department", public=True),
    *_tables("cases", "offence_family exploitation_place", public=True),
    *_tables("victimisations", "offence_family sex age_band", public=True),
    *_tables("victimisations", "offence_family minor", public=True),
    *_tables("victims suspects", "offence_family nationality", public=True),
    *_tables("victims suspects accused convicted", "offence_family sex", public=True),
    *_tables("calls", "call_category", public=True),
    *_tables("victims suspects accused convicted", "offence_family department", public=True),
    *_tables("victims suspects", "offence_family age_band", public=False),
    *_tables("victims", "offence_family minor", public=False),
    *_tables("suspects accused", "offence_family relation", public=False),
    *_tables("court_files", "offence_family outcome", public=False),
    *_tables("calls", "derivation", public=False),
    *_tables("protection_measures", "offence_family measure_type", public=False),
    *_tables("services", "offence_family service_type", public=False),
    *_tables("cases", "offence_family purpose", public=False),
    *_tables("victims", "offence_family purpose", public=True),
    *_tables("cases victims", "offence_family recruitment", public=False),
    *_tables("cases victims", "offence_family feeds", public=False),
)
PUBLIC: Final = tuple(table for table in TABLES if table.public)


def codes_of(dimension: str) -> tuple[str, ...]:
    """The codes that stand in a table, the total first where there is one; of ``period`` the release says."""
    listed = NATIONALITIES if dimension == "nationality" else BY_ID[dimension].dimension.codes
    return listed if dimension in UNTOTALLED else (TOTAL, *listed)
