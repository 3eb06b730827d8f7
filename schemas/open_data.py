"""The data dictionary of what is public: every table, column and code, in both languages."""

from schemas.base import Contract
from schemas.indicators import Words
from schemas.vocabulary import DateBasis, Unit


class CodeEntry(Contract):
    code: str
    name: Words


class DimensionEntry(Contract):
    """``codes`` is empty where the release itself says which there are: its periods."""

    id: str
    name: Words
    codes: tuple[CodeEntry, ...]


class ColumnEntry(Contract):
    """A column that every table has."""

    id: str
    type: str  # of Parquet
    meaning: Words


class OpenTable(Contract):
    """``multi_valued``: dimensions whose parts add up to more than the total."""

    id: str
    name: Words
    indicator: str
    numerator: Words
    universe: Words
    unit: Unit
    unit_name: Words
    date_basis: DateBasis
    dimensions: tuple[str, ...]
    multi_valued: tuple[str, ...]
    csv: str
    parquet: str


class Dictionary(Contract):
    tables: tuple[OpenTable, ...]
    columns: tuple[ColumnEntry, ...]
    dimensions: tuple[DimensionEntry, ...]
    statuses: tuple[CodeEntry, ...]
