"""Figures that institutions printed, and where they disagree."""

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
