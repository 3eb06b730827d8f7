"""Definitions of the figures: what each indicator counts, of whom, in what unit, by what it can be told."""

from pydantic import Field

from schemas.base import Contract
from schemas.vocabulary import DateBasis, Feed, OffenceFamily, Unit


class Words(Contract):
    es: str
    en: str


class Dimension(Contract):
    """``codes`` is the whole list; it is empty where ``standard`` names a list that others keep.

    ``unknown`` is the code of what nobody stated. It is None only where nothing can be unknown. ``names``:
    what codes that are not words are called. ``definition`` says which value a case has, where its name does
    not.
    """

    id: str
    name: Words
    codes: tuple[str, ...]
    standard: str | None
    unknown: str | None
    names: dict[str, str] = Field(default_factory=dict)
    definition: Words | None = None


class DimensionOf(Contract):
    """A dimension of one indicator. Parts of a multi-valued one add up to more than the total."""

    id: str
    multi_valued: bool


class Indicator(Contract):
    """``offence_families`` is empty where the figure is not told by offence.

    ``date_basis`` is that of the figure where nobody asks for another; ``date_bases`` are those that a
    question may ask for. ``feeds`` are those whose records can state what is counted: a question may name one
    of them as its source, and no other. ``figures`` are the figures of the overview that it defines, by their
    place there.
    """

    id: str
    name: Words
    numerator: Words
    universe: Words
    unit: Unit
    date_basis: DateBasis
    date_bases: tuple[DateBasis, ...]
    offence_families: tuple[OffenceFamily, ...]
    annulled_out: bool
    feeds: tuple[Feed, ...]
    dimensions: tuple[DimensionOf, ...]
    figures: tuple[str, ...]


class DateBasisOf(Contract):
    """What day a date basis is of the thing counted."""

    id: DateBasis
    name: Words
    definition: Words


class Indicators(Contract):
    indicators: tuple[Indicator, ...]
    dimensions: tuple[Dimension, ...]
    date_bases: tuple[DateBasisOf, ...]
