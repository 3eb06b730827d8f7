"""Answers of the statistics: every figure with its unit, its source and its date basis."""

from datetime import date

from schemas.base import Contract
from schemas.vocabulary import CallCategory, Feed, OffenceFamily


class FeedFigures(Contract):
    """What one institution holds, counted in its own units, by the offence its own records state.

    ``not_available``: the figures that its records cannot state, whoever was convicted; they are null, which
    is no 0.
    """

    feed: Feed
    records: int  # complaints (denuncias), files (carpetas, expedientes) or complaint calls
    victim_mentions: int  # persons named as victims, once per record: what the institution counts
    victims: int  # distinct persons after reconciliation
    suspects: int
    convicted: int | None
    not_available: tuple[str, ...] = ()


class UndatedFigures(Contract):
    """What has no date of its kind: part of the figures without bounds, of no period with bounds."""

    complaints: int
    prosecution_files: int
    court_files: int
    cases: int
    victims: int
    victimisations: int
    suspects: int
    accused: int
    convicted: int
    sentenced_files: int


class ReconciledFigures(UndatedFigures):
    """What stands after reconciliation.

    ``complaints`` are denuncias of RETA-PNP; ``court_files`` court cases (incidents of one expediente count
    once); ``victims`` distinct persons; ``victimisations`` person x case; ``accused`` those suspects whom
    the prosecution or the courts name; ``sentenced_files`` court cases with a conviction that stands.
    """

    victims_by_feeds: dict[str, int]  # "1110" = linea-1818, reta-pnp, sistra, poder-judicial


class FamilyFigures(Contract):
    offence_family: OffenceFamily
    reconciled: ReconciledFigures
    undated: UndatedFigures
    feeds: tuple[FeedFigures, ...]


class CallFigures(Contract):
    """Calls; those of complaints by how they were derived, which adds up to the complaint calls."""

    by_category: dict[CallCategory, int]
    category_unknown: int
    derived_within_3_hours: int
    derived_late: int
    derived_unmeasured: int  # derived, but one of the two moments is unknown or they contradict each other
    not_derived: int
    undated: int


class Overview(Contract):
    """Families are never added up: trafficking, smuggling and related offences stand apart.

    ``unfinished``: the period that was asked for, or the year of an ``until`` of today, where it has not
    ended: more may come.
    """

    since: date | None
    until: date | None
    unfinished: tuple[str, ...] = ()
    basis_es: str
    basis_en: str
    families: tuple[FamilyFigures, ...]
    calls: CallFigures
