"""Published releases in memory: several bimesters, one replaced, one withdrawn, two editions.

What readers of releases are given by ``app.releases.ports``. Figures are invented; in the public edition
small counts are withheld, in the restricted one they stand.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import product

from app.core.errors import NotFound
from app.releases.standard import TABLES, StandardTable, codes_of
from schemas.releases import (
    CellStatus,
    Edition,
    Manifest,
    Release,
    ReleaseCell,
    ReleaseState,
    ReleaseTable,
    TableEntry,
)

WITHHELD_UNTIL = 10


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One version of a bimester."""

    name: str
    periods: tuple[str, ...]
    published: datetime
    replaced_by: str | None = None
    withdrawn: datetime | None = None

    @property
    def bimester(self) -> str:
        return self.name.partition(".")[0]


STORY = (
    Told("2025-B6.1", ("2025-B6", "2025-Q4", "2025-S2", "2025"), at("2026-02-15T15:00:00")),
    Told("2026-B1.1", ("2026-B1",), at("2026-04-15T15:00:00"), replaced_by="2026-B1.2"),
    Told("2026-B2.1", ("2026-B2", "2026-Q1"), at("2026-06-15T15:00:00")),
    Told("2026-B1.2", ("2026-B1",), at("2026-07-01T15:00:00")),
    Told(
        "2026-B3.1",
        ("2026-B3", "2026-Q2", "2026-S1"),
        at("2026-08-15T15:00:00"),
        withdrawn=at("2026-09-01T00:00:00"),
    ),
    Told("2026-B4.1", ("2026-B4",), at("2026-10-15T15:00:00")),
)
"""2026-B1 was corrected, 2026-B3 taken back; the others stand."""


def count_of(table: StandardTable, release: str, codes: tuple[str, ...]) -> int:
    """An invented figure, the same at every run: 0 to 60, more in totals."""
    drawn = sha256("|".join((table.id, release, *codes)).encode()).digest()[0] % 61
    return drawn + (500 if "_T" in codes else 0)


def table_of(table: StandardTable, told: Told, edition: Edition) -> ReleaseTable:
    cells = []
    for codes in product(told.periods, *(codes_of(each) for each in table.by)):
        value = count_of(table, told.name, codes)
        status = CellStatus.VALUE
        if codes[-1] == "unknown" and table.id == "complaints-department":
            status = CellStatus.NOT_AVAILABLE
        elif edition is Edition.PUBLIC and 1 <= value <= WITHHELD_UNTIL:
            status = CellStatus.SUPPRESSED
        cells.append(
            ReleaseCell(codes=codes, value=value if status is CellStatus.VALUE else None, status=status)
        )
    return ReleaseTable(
        id=table.id,
        name=table.name,
        indicator=table.indicator,
        unit=table.definition.unit,
        dimensions=table.dimensions,
        multi_valued=tuple(each.id for each in table.definition.dimensions if each.multi_valued),
        cells=tuple(cells),
    )


def release_of(told: Told, edition: Edition) -> Release:
    entries = tuple(
        TableEntry(
            id=table.id,
            name=table.name,
            indicator=table.indicator,
            unit=table.definition.unit,
            dimensions=table.dimensions,
            cells=0,
            sha256="0" * 64,
            bytes=0,
        )
        for table in TABLES
        if table.public or edition is Edition.RESTRICTED
    )
    year, number = int(told.name[:4]), int(told.name[6])
    manifest = Manifest(
        release=told.name,
        period=told.bimester,
        version=int(told.name.rpartition(".")[2]),
        edition=edition,
        replaces=None,
        periods=told.periods,
        first_day=date(year, number * 2 - 1, 1),
        last_day=date(year + number // 6, number * 2 % 12 + 1, 1) - timedelta(days=1),
        cut_off=told.published - timedelta(days=10),
        position=1,
        judgement=1,
        indicators="0" * 64,
        model="prueba",
        policy="prueba" if edition is Edition.PUBLIC else None,
        code="0",
        tables=entries,
        built_by="cl-1",
        approved_by="cl-2",
        changes=None,
    )
    return Release(
        manifest=manifest,
        sha256="0" * 64,
        state=ReleaseState.PUBLISHED if told.withdrawn is None else ReleaseState.WITHDRAWN,
        not_before=told.published,
        published_at=told.published,
        withdrawn_at=told.withdrawn,
        replaced_by=told.replaced_by,
        signature=sha256(f"{told.name}|{edition}".encode()).hexdigest(),
        key="prueba",
    )


@dataclass
class InMemoryReleases:
    """The port, over ``story``. ``asked`` says which tables were read."""

    story: tuple[Told, ...] = STORY
    asked: list[tuple[str, Edition, str]] = field(default_factory=list)

    async def published(self, edition: Edition) -> tuple[Release, ...]:
        return tuple(release_of(told, edition) for told in self.story)

    async def table(self, release: str, edition: Edition, table: str) -> ReleaseTable:
        self.asked.append((release, edition, table))
        told: Mapping[str, Told] = {each.name: each for each in self.story if each.withdrawn is None}
        known = {each.id: each for each in TABLES if each.public or edition is Edition.RESTRICTED}
        if release not in told or table not in known:
            raise NotFound
        return table_of(known[table], told[release], edition)
