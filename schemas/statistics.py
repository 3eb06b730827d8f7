"""Answers of the statistics: every figure with its unit, its source and its date basis."""

from datetime import date

from schemas.base import Contract
from schemas.vocabulary import CallCategory, Feed, OffenceFamily


class FeedFigures(Contract):
    """What one institution holds, counted in its own units, by the offence its own records state."""

    feed: Feed
    records: int  # complaints (denuncias), files (carpetas, expedientes) or complaint calls
    victim_mentions: int  # persons named as victims, once per record: what the institution counts
    victims: int  # distinct persons after reconciliation
    suspects: int
    convicted: int


class ReconciledFigures(Contract):
    """What stands after reconciliation."""

    complaints: int  # denuncias (RETA-PNP)
    prosecution_files: int
    court_files: int  # court cases: incidents of one expediente count once
    cases: int
    victims: int  # distinct persons, in the period of their first report as victims
    victimisations: int  # person x case
    suspects: int
    accused: int  # suspects named by the prosecution or the courts
    convicted: int
    victims_by_feeds: dict[str, int]  # "1110" = linea-1818, reta-pnp, sistra, poder-judicial


class FamilyFigures(Contract):
    offence_family: OffenceFamily
    reconciled: ReconciledFigures
    feeds: tuple[FeedFigures, ...]


class CallFigures(Contract):
    by_category: dict[CallCategory, int]
    derived_within_3_hours: int  # of the complaint calls
    derived_late: int
    not_derived: int


class Overview(Contract):
    """Families are never added up: trafficking, smuggling and related offences stand apart."""

    since: date | None
    until: date | None
    basis_es: str
    basis_en: str
    undated_cases: int  # no record of them has a report date: in no bounded period
    families: tuple[FamilyFigures, ...]
    calls: CallFigures
