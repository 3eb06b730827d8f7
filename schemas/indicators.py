"""Definitions of the figures: what each indicator counts, of whom, in what unit, by what it can be told."""

from schemas.base import Contract
from schemas.vocabulary import DateBasis, OffenceFamily, Unit


class Words(Contract):
    es: str
    en: str


class Dimension(Contract):
    """``codes`` is the whole list; it is empty where ``standard`` names a list that others keep.

    ``unknown`` is the code of what nobody stated. It is None only where nothing can be unknown.
    """

    id: str
    name: Words
    codes: tuple[str, ...]
    standard: str | None
    unknown: str | None


class DimensionOf(Contract):
    """A dimension of one indicator. Parts of a multi-valued one add up to more than the total."""

    id: str
    multi_valued: bool


class Indicator(Contract):
    """``offence_families`` is empty where the figure is not told by offence.

    ``figures`` are the figures of the overview that it defines, by their place there. Without any, it is
    defined but no address serves it yet.
    """

    id: str
    name: Words
    numerator: Words
    universe: Words
    unit: Unit
    date_basis: DateBasis
    offence_families: tuple[OffenceFamily, ...]
    annulled_out: bool
    dimensions: tuple[DimensionOf, ...]
    figures: tuple[str, ...]


class Indicators(Contract):
    indicators: tuple[Indicator, ...]
    dimensions: tuple[Dimension, ...]
