"""A release in memory: facts of one snapshot, the tables of both editions, and what a version changes."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from app.releases.differences import Fates, changes, reasons_of
from app.releases.disclosure.policy import Policy
from app.releases.errors import FactsTooOld, Unprotectable
from app.releases.facts import Fact, Facts
from app.releases.periods import Period
from app.releases.protected import Earlier, Report
from app.releases.repository import Frozen
from app.releases.standard import PUBLIC, TABLES
from app.releases.tables import FAMILY, canonical, exact_table
from app.statistics.asking import MEASURES
from app.statistics.indicators import catalogue
from app.statistics.service import StatisticsService
from schemas.query import Grain
from schemas.releases import Edition, LeftOut, LeftOutFigures, ReleaseChanges, ReleaseTable

CHANGES = "changes"
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


@dataclass(frozen=True, slots=True)
class Former:
    """A release that was published: its tables as they were frozen, and what was counted for it."""

    id: str
    periods: tuple[Period, ...]
    tables: Mapping[Edition, Mapping[str, ReleaseTable]]
    facts: Mapping[str, Facts]
    redirect: int
    version: int


@dataclass(slots=True)
class Built:
    """What is to be frozen."""

    facts: Mapping[str, Facts]
    editions: dict[Edition, list[Frozen]] = field(default_factory=dict)
    reports: list[Report] = field(default_factory=list)
    policy: str | None = None  # of the public edition; None: there is none


async def facts_of(statistics: StatisticsService, year: int) -> dict[str, Facts]:
    """By indicator, of the whole year, in the session of the service."""
    whole = Period(year, Grain.YEAR)
    found = {}
    for indicator, dimensions in asked().items():
        rows = await statistics.facts(indicator, dimensions, whole.first, whole.last)
        facts = (Fact(row.key, row.family, row.day, tuple(row.codes)) for row in rows)
        found[indicator] = Facts.of(indicator, dimensions, facts)
    return found


async def left_out_of(statistics: StatisticsService) -> LeftOutFigures:
    """What has no date, in the session of the service; in the order of the tables and of the families."""
    found = []
    for indicator in asked():
        undated = await statistics.undated(indicator)
        found += [
            LeftOut(indicator=indicator, offence_family=family, undated=undated.get(family or "", 0))
            for family in MEASURES[indicator].offence_families or (None,)
        ]
    return LeftOutFigures(figures=tuple(found))


async def moved_to(
    statistics: StatisticsService, before: Mapping[str, Facts], now: Mapping[str, Facts], year: int
) -> dict[str, frozenset[str]]:
    """By indicator, what was counted of the year before and is of another year now."""
    found = {}
    for indicator, held in before.items():
        gone = keys_of(held) - keys_of(now.get(indicator))
        if gone:
            rows = [
                *await statistics.facts(indicator, (), FIRST, date(year - 1, 12, 31)),
                *await statistics.facts(indicator, (), date(year + 1, 1, 1), LAST),
            ]
            found[indicator] = frozenset(gone & {row.key for row in rows})
    return found


def keys_of(facts: Facts | None) -> set[str]:
    return set() if facts is None else {row.key for row in facts.rows}


@cache
def asked() -> Mapping[str, tuple[str, ...]]:
    """By indicator, every dimension by which some standard table tells it."""
    found: dict[str, dict[str, None]] = {}
    for table in TABLES:
        found.setdefault(table.indicator, {}).update(dict.fromkeys(d for d in table.by if d != FAMILY))
    return {indicator: tuple(dimensions) for indicator, dimensions in found.items()}


def indicators_digest() -> str:
    """SHA-256 in hex of the definitions that the figures are counted by."""
    return hashlib.sha256(canonical(catalogue())).hexdigest()


async def built(
    facts: Mapping[str, Facts],
    periods: Sequence[Period],
    former: Sequence[Former],
    policy: Policy | None,
) -> Built:
    """Without a policy, without a public edition. Raises ``Unprotectable``."""
    return await asyncio.to_thread(_built, facts, periods, former, policy)


def _built(
    facts: Mapping[str, Facts], periods: Sequence[Period], former: Sequence[Former], policy: Policy | None
) -> Built:
    made = Built(facts)
    restricted = [exact_table(table, facts[table.indicator], periods) for table in TABLES]
    made.editions[Edition.RESTRICTED] = [frozen(each.id, len(each.cells), each) for each in restricted]
    if policy is not None:
        _add_public(made, periods, _earlier(former), policy)
    return made


def _add_public(made: Built, periods: Sequence[Period], earlier: Iterable[Earlier], policy: Policy) -> None:
    """The solver is loaded here alone: every command and process would wait for it."""
    from app.releases.disclosure.audit import Refused
    from app.releases.protection import public_edition

    try:
        public = public_edition(made.facts, periods, earlier, policy)
    except Refused as refused:
        raise Unprotectable(cells="; ".join(map(str, refused.cells))) from None
    made.reports, made.policy = public.reports, policy.version
    made.editions[Edition.PUBLIC] = [frozen(each.id, len(each.cells), each) for each in public.tables]


def frozen(id_: str, cells: int, document: ReleaseTable | ReleaseChanges) -> Frozen:
    content = canonical(document)
    return Frozen(id_, cells, hashlib.sha256(content).hexdigest(), content)


def _earlier(former: Iterable[Former]) -> list[Earlier]:
    """Raises ``FactsTooOld``."""
    for each in former:
        for indicator in {
            table.indicator for table in PUBLIC if table.id in each.tables.get(Edition.PUBLIC, {})
        }:
            told = {by for table in PUBLIC if table.indicator == indicator for by in table.by if by != FAMILY}
            if missing := told - {*each.facts[indicator].dimensions}:
                raise FactsTooOld(release=each.id, indicator=indicator, missing=", ".join(sorted(missing)))
    return [
        Earlier(each.id, each.tables[Edition.PUBLIC][table.id], each.facts[table.indicator], each.periods)
        for each in former
        for table in PUBLIC
        if table.id in each.tables.get(Edition.PUBLIC, {})
    ]


def replaced_by(period: Period, former: Iterable[Former], edition: Edition) -> Former | None:
    """The version before, of those that have that edition."""
    versions = (each for each in former if each.periods[0] == period and each.tables[edition])
    return max(versions, key=lambda each: each.version, default=None)


def explained(
    made: Built, release: str, period: Period, former: Sequence[Former], fates: Fates
) -> Former | None:
    """Adds to each edition what it changes of the version before, which is given back: every one has the
    restricted edition."""
    for edition, tables in made.editions.items():
        replaced = replaced_by(period, former, edition)
        if replaced is None:
            continue
        told = [
            change
            for table in TABLES
            if (after := _of(tables, table.id)) is not None
            and (before := replaced.tables[edition].get(table.id)) is not None
            for change in changes(
                before,
                after,
                reasons_of(
                    table,
                    replaced.facts[table.indicator],
                    made.facts[table.indicator],
                    replaced.periods,
                    fates,
                )
                if edition is Edition.RESTRICTED
                else {},
            )
        ]
        document = ReleaseChanges(release=release, replaces=replaced.id, edition=edition, changes=tuple(told))
        tables.append(frozen(CHANGES, len(told), document))
    return replaced_by(period, former, Edition.RESTRICTED)


def _of(tables: Iterable[Frozen], id_: str) -> ReleaseTable | None:
    return next((ReleaseTable.model_validate_json(each.content) for each in tables if each.id == id_), None)
