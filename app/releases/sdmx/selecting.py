"""From published releases to the observations that were asked for. Pure.

A release that replaces another tells its periods anew; one that was withdrawn tells nothing, and does not
bring back what it had replaced. Nothing but published releases of one edition comes in here.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from pysdmx.model.dataset import ActionType

from app.releases.sdmx import codes
from app.releases.sdmx.asking import TIME, Asked, Row, Times
from app.releases.sdmx.periods import period_of
from app.releases.standard import StandardTable, codes_of
from schemas.releases import Edition, Release, ReleaseTable


@dataclass(frozen=True, slots=True)
class Part:
    """Which release answers, and how: one data set of the answer. ``gone``: its observations were deleted."""

    release: Release
    action: ActionType
    gone: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class DataSet:
    """``rows`` by component id, in the order of key and time; ``PERIOD`` is the release's own word for it."""

    action: ActionType
    rows: tuple[Row, ...]
    valid_from: datetime | None = None
    valid_to: datetime | None = None


def published_at(release: Release) -> datetime:
    assert release.published_at is not None  # the port gives no other
    return release.published_at


def parts_of(releases: Sequence[Release], times: Times) -> tuple[Part, ...]:
    """Which releases are to be read, in order of publication."""
    by_name = {each.manifest.release: each for each in releases}
    known = [each for each in releases if times.as_of is None or published_at(each) <= times.as_of]
    if times.history:
        return tuple(
            Part(each, ActionType.Replace, until=_replaced_at(each, by_name, times.as_of))
            for each in known
            if each.withdrawn_at is None and _newer(each, times.updated_after)
        )
    standing = [
        each
        for each in known
        if each.withdrawn_at is None and _replaced_at(each, by_name, times.as_of) is None
    ]
    if times.updated_after is None:
        return tuple(Part(each, ActionType.Information) for each in standing)
    told = {period for each in standing for period in each.manifest.periods}
    news = [Part(each, ActionType.Replace) for each in standing if _newer(each, times.updated_after)]
    lost = [
        Part(each, ActionType.Delete, gone=True)
        for each in known
        if _stood(each, by_name, times.updated_after) and not told & set(each.manifest.periods)
    ]
    return (*lost, *news)


def _newer(release: Release, after: datetime | None) -> bool:
    return after is None or published_at(release) > after


def _stood(release: Release, by_name: Mapping[str, Release], at: datetime) -> bool:
    """Whether its figures were those that stood then: who asked then has them."""
    withdrawn = release.withdrawn_at is not None and release.withdrawn_at <= at
    return published_at(release) <= at and not withdrawn and _replaced_at(release, by_name, at) is None


def _replaced_at(release: Release, by_name: Mapping[str, Release], as_of: datetime | None) -> datetime | None:
    """When a later version took its place, as far as was known then."""
    later = by_name.get(release.replaced_by or "")
    if later is None:
        return None
    at = published_at(later)
    return at if as_of is None or at <= as_of else None


def rows_of(table: StandardTable, held: ReleaseTable, release: Release) -> Iterable[Row]:
    """One row for each cell. Dimensions are taken by name: a release may order them in its own way."""
    edition = release.manifest.edition
    place = {name: held.dimensions.index(name) for name in table.dimensions}
    for cell in held.cells:
        told = {name: cell.codes[place[name]] for name in table.dimensions}
        row = _key(table, told)
        row["OBS_VALUE"] = "" if cell.value is None else str(cell.value)
        row["OBS_STATUS"] = codes.OBS_STATUS[cell.status]
        row["CONF_STATUS"] = codes.conf_status(edition, cell.status)
        row["UNIT_MEASURE"] = table.definition.unit.upper()
        row["RELEASE"] = release.manifest.release
        yield row


def rows_gone(table: StandardTable, release: Release) -> Iterable[Row]:
    """The keys of a withdrawn release: every combination of codes, as its tables had them."""
    for told in product(release.manifest.periods, *(codes_of(each) for each in table.by)):
        row = _key(table, dict(zip(table.dimensions, told, strict=True)))
        blank = dict.fromkeys(("OBS_VALUE", "OBS_STATUS", "CONF_STATUS"), "")
        yield {
            **row,
            **blank,
            "UNIT_MEASURE": table.definition.unit.upper(),
            "RELEASE": release.manifest.release,
        }


def _key(table: StandardTable, told: Mapping[str, str]) -> dict[str, str]:
    period = period_of(told["period"])
    row = {"FREQ": period.frequency}
    row |= {codes.component_id(each): codes.code_id(each, told[each]) for each in table.by}
    return {**row, TIME: period.time, "PERIOD": told["period"]}


def codes_for(table: StandardTable) -> dict[str, tuple[str, ...]]:
    """The codes of every coded dimension, in the order of the key."""
    told = {codes.component_id(each): tuple(codes.codes_by_id(each)) for each in table.by}
    return {"FREQ": ("M2", "Q", "S", "A"), **told}


def chosen(rows: Iterable[Row], asked: Asked) -> list[Row]:
    return [row for row in rows if all(test(row) for test in asked.tests)]


def ordered(rows: Iterable[Row], table: StandardTable, asked: Asked) -> tuple[Row, ...]:
    """By series, then by time; of each series the first and last that were asked for."""
    dimensions = codes.dimensions_of(table)
    rank = {name: {code: at for at, code in enumerate(held)} for name, held in codes_for(table).items()}
    series: dict[tuple[int, ...], list[Row]] = defaultdict(list)
    for row in rows:
        series[tuple(rank[name].get(row[name], len(rank[name])) for name in dimensions)].append(row)
    found: list[Row] = []
    for key in sorted(series):
        held = sorted(series[key], key=lambda row: period_of(row["PERIOD"]).span.first)
        found += _ends(held, asked.first, asked.last)
    for component, descending in reversed(asked.sort):  # each keeps what the ones after it said
        found.sort(key=lambda row, by=component: _rank(row, by), reverse=descending)  # type: ignore[misc]
    return tuple(found)


def _rank(row: Row, component: str) -> tuple[object, ...]:
    """Periods by their days, figures by size (none comes first), the rest by its codes."""
    if component == TIME:
        span = period_of(row["PERIOD"]).span
        return span.first, span.last
    if component == "OBS_VALUE":
        return (float(row[component] or "-inf"),)
    return (row[component],)


class Page:
    """Skips and counts, over all sets of an answer: observations, or series where keys alone are told."""

    def __init__(self, asked: Asked) -> None:
        self._skip, self._left = asked.offset, asked.limit

    def of(self, rows: Sequence[Row], series: Sequence[str] | None) -> tuple[Row, ...]:
        """``series``: the dimensions of a series' key, where series are counted."""
        units: dict[object, list[Row]] = defaultdict(list)
        for place, row in enumerate(rows):
            units[place if series is None else tuple(row[each] for each in series)].append(row)
        held = list(units.values())[self._skip :]
        self._skip = max(0, self._skip - len(units))
        if self._left is not None:
            held = held[: self._left]
            self._left -= len(held)
        return tuple(row for unit in held for row in unit)


def _ends(rows: list[Row], first: int | None, last: int | None) -> list[Row]:
    if first is None and last is None:
        return rows
    kept = set(range(min(first or 0, len(rows)))) | set(range(max(0, len(rows) - (last or 0)), len(rows)))
    return [row for at, row in enumerate(rows) if at in kept]


def state_of(releases: Sequence[Release], edition: Edition) -> str:
    """What every answer on these releases depends on, as one text."""
    told = [
        f"{each.manifest.release}|{each.signature}|{each.published_at}|{each.replaced_by}|{each.withdrawn_at}"
        for each in releases
    ]
    return "\n".join([edition.value, *told])
