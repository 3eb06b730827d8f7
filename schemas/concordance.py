"""The four feeds beside each other and beside the reconciled truth: who knows of what, how long it takes,
where cases are lost."""

from datetime import date, datetime
from enum import StrEnum

from schemas.base import Contract
from schemas.indicators import Words
from schemas.vocabulary import DateBasis, Feed, OffenceFamily


class Milestone(StrEnum):
    """What a case reaches, by the records that it has."""

    CALL = "call"  # a complaint call of Línea 1818
    COMPLAINT = "complaint"  # RETA-PNP
    PROSECUTION = "prosecution"  # SISTRA
    COURT = "court"  # Poder Judicial
    SENTENCE = "sentence"  # the first ruling that convicts or acquits, whatever became of it


class FunnelStep(StrEnum):
    POLICE = "police"
    PROSECUTION = "prosecution"
    COURT = "court"
    RULING = "ruling"
    CONVICTION = "conviction"  # that no later ruling reversed or annulled


class SourceFigures(Contract):
    """``records`` and ``victim_mentions`` are what the institution itself counts: its own records of the
    period, by the offence that they state. ``cases`` and ``victims``: of the reconciled ones, those that it
    knows of, whenever it heard of them. ``heard_until``: the day of its latest version held."""

    feed: Feed
    records: int
    victim_mentions: int
    cases: int
    victims: int
    heard_until: date | None


class ReconciledTotals(Contract):
    """``undated`` are part of the figures of an unbounded period, of none that has bounds."""

    cases: int
    victims: int
    undated_cases: int
    undated_victims: int


class MembershipCell(Contract):
    """``feeds``: exactly those that know of it; "1110" = linea-1818, reta-pnp, sistra, poder-judicial."""

    feeds: str
    cases: int
    victims: int


class Quartiles(Contract):
    """Days. Hyndman and Fan (1996), type 7: linear between order statistics."""

    lower: float
    median: float
    upper: float


class Lag(Contract):
    """From one milestone to the next, of the cases of the period that have the first.

    ``cases`` = ``measured`` + ``contradicting`` + ``undated`` + ``not_arrived``. ``days`` is of the measured
    alone. ``waited``: of those that have not arrived, how long until the last day that the second institution
    was heard. ``without_start`` have the second milestone and not the first; they are in no other figure.
    """

    start: Milestone
    end: Milestone
    cases: int
    measured: int
    contradicting: int
    undated: int
    not_arrived: int
    without_start: int
    days: Quartiles | None
    waited: Quartiles | None
    heard_until: date | None


class FunnelFigure(Contract):
    """``cases`` came by every step before; ``anyway`` reached it by whatever way."""

    step: FunnelStep
    cases: int
    anyway: int


class Definition(Contract):
    id: str
    words: Words


class Concordance(Contract):
    """``membership`` holds all 15 cells, also the empty ones. ``date_basis``: by which cases, victims and
    records are of the period; days between milestones are always between dates of report. ``unfinished``: the
    period that was asked for, or the year of an ``until`` of today, where it has not ended: more may come.
    ``position`` is the last change known."""

    since: date | None
    until: date | None
    unfinished: tuple[str, ...] = ()
    offence_family: OffenceFamily
    date_basis: DateBasis
    sources: tuple[SourceFigures, ...]
    reconciled: ReconciledTotals
    membership: tuple[MembershipCell, ...]
    lags: tuple[Lag, ...]
    funnel: tuple[FunnelFigure, ...]
    definitions: tuple[Definition, ...]
    position: int
    counted_at: datetime
