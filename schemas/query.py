"""A question to the statistics and its answer: exact figures by what they can be told."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from schemas.base import Contract, IsoDay
from schemas.vocabulary import DateBasis, Feed, Unit


class Grain(StrEnum):
    """How long the periods of the dimension ``period`` are. A bimester is B1 (Jan-Feb) ... B6."""

    MONTH = "month"  # 2026-M09
    BIMESTER = "bimester"  # 2026-B5
    QUARTER = "quarter"  # 2026-Q3
    SEMESTER = "semester"  # 2026-S2
    YEAR = "year"  # 2026


class Query(Contract):
    """``measures`` are ids of indicators, ``dimensions`` and the keys of ``filters`` ids of dimensions.

    A filter keeps what has at least one of its codes. ``since`` and ``until`` are both included and bound the
    date of ``date_basis``, which is each indicator's own where none is named; without bounds, what has no
    date is counted too. ``source`` asks what one feed alone says, by the offence and the date of the facts
    that it states; it must be one that can state every measure. Without it, the reconciled figure.
    ``finished`` asks for whole periods of the grain that have ended, and refuses an ``until`` (or the lack of
    one) that reaches into the running period, and bounds in the midst of a period.
    """

    measures: tuple[str, ...] = Field(min_length=1, max_length=8)
    dimensions: tuple[str, ...] = Field(default=(), max_length=4)
    filters: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    grain: Grain = Grain.YEAR
    since: IsoDay | None = None
    until: IsoDay | None = None
    source: Feed | None = None
    finished: bool = False
    date_basis: DateBasis | None = None


class MeasureOf(Contract):
    """``multi_valued``: the asked dimensions whose parts add up to more than the total. ``date_basis``: the
    one that periods and bounds are of."""

    id: str
    unit: Unit
    date_basis: DateBasis
    multi_valued: tuple[str, ...]


class Row(Contract):
    """``codes`` in the order of the dimensions asked, ``values`` in that of the measures."""

    codes: tuple[str, ...]
    values: tuple[int, ...]


class Answer(Contract):
    """Rows in ascending order of their codes; combinations that are all zero are not listed.

    ``totals`` are counted, not added up: a person of two departments is one. ``unfinished`` are the periods
    that have not ended, those in the rows and the one that an ``until`` of today lies in: more may come.
    ``partial`` are the periods in the rows of which ``since`` or ``until`` leaves out days that have come: no
    figure of the whole period. ``position`` is the last change of the registry
    that the figures know.
    """

    query: Query
    measures: tuple[MeasureOf, ...]
    rows: tuple[Row, ...]
    totals: tuple[int, ...]
    unfinished: tuple[str, ...] = ()
    partial: tuple[str, ...] = ()
    position: int
    counted_at: datetime
