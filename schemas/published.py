"""Figures that institutions printed, and where they disagree."""

from datetime import datetime

from schemas.base import Contract
from schemas.indicators import Words
from schemas.vocabulary import DisagreementKind, Feed, Unit


class PublishedFigure(Contract):
    """As printed. ``part_of`` is the category, in the same table, of the figure that this is a part of."""

    document: str
    table: str
    institution: str
    system: Feed
    period: str
    unit: Unit
    region: str | None = None
    breakdown: str
    category: str
    value: int
    part_of: str | None = None


class Side(Contract):
    """``summed`` tells that ``value`` is not printed: it is the sum of the printed parts."""

    document: str
    table: str
    institution: str
    period: str
    value: int
    summed: bool


class Disagreement(Contract):
    """``difference`` is the second value less the first; of a stale figure it is 0."""

    kind: DisagreementKind
    system: Feed
    unit: Unit
    breakdown: str
    category: str
    first: Side
    second: Side
    difference: int
    told: Words


class Published(Contract):
    figures: tuple[PublishedFigure, ...]
    disagreements: tuple[Disagreement, ...]


class Comparison(Contract):
    """A printed figure beside what the registry counts of the same system, period and category.

    ``indicator`` is that of the registry: an id of the catalogue, or of ``counted`` alone. ``registry`` is
    None where the registry does not count by what the figure is told by; ``missing`` then names that
    dimension. ``difference`` is the registry's figure less the printed one.
    """

    figure: PublishedFigure
    indicator: str
    counted: Words
    registry: int | None
    difference: int | None
    missing: str | None


class Compared(Contract):
    """``disagreements``: those of the printed figures among themselves, then those with the registry.
    Everything is of trafficking, by the offence that the institution itself states."""

    comparisons: tuple[Comparison, ...]
    disagreements: tuple[Disagreement, ...]
    position: int
    counted_at: datetime
