"""A question answered from facts. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np

from app.statistics.asking import basis_of
from app.statistics.cube.coding import UNDATED, coding, months, period
from app.statistics.cube.facts import NO_DAY, Array, Calendar, Facts, View
from schemas.query import Query
from schemas.vocabulary import DateBasis

_EPOCH: Final = date(1970, 1, 1)
_DENSE: Final = 2_000_000  # cells that are counted in a row of counters; more are sorted


@dataclass(frozen=True, slots=True)
class Counted:
    """Cells in ascending order of their words, with a count for each measure; totals are counted apart."""

    words: tuple[tuple[str, ...], ...]
    values: tuple[tuple[int, ...], ...]
    totals: tuple[int, ...]


@dataclass(slots=True)
class _Axis:
    """The words of one dimension in their order, and where the facts of each measure stand on it."""

    words: list[str]
    places: list[Array] = field(default_factory=list)  # of each measure


def counted(query: Query, facts: Mapping[str, Facts]) -> Counted:
    """Of a question that ``asking`` has checked."""
    asked = {*query.dimensions, *query.filters}
    views = [
        facts[measure].view([name for name in asked if name in facts[measure].lists])
        for measure in query.measures
    ]
    days = [basis_of(measure, query) for measure in query.measures]
    keeps = [_kept(view, query, basis) for view, basis in zip(views, days, strict=True)]
    calendars = (
        [view.calendar(basis) for view, basis in zip(views, days, strict=True)] if _by_period(query) else []
    )
    axes = [_axis(name, query, views, calendars) for name in query.dimensions]
    sizes = [len(axis.words) for axis in axes]
    cells = [_cells(axes, measure, sizes, keep) for measure, keep in enumerate(keeps)]
    found = [
        _distinct(view, cell, keep, int(np.prod(sizes, dtype=float)))
        for view, cell, keep in zip(views, cells, keeps, strict=True)
    ]
    totals = tuple(_total(view, keep) for view, keep in zip(views, keeps, strict=True))
    return _told(axes, sizes, found, totals) if axes else Counted((), (), totals)


def _by_period(query: Query) -> bool:
    return "period" in query.dimensions


def _kept(view: View, query: Query, basis: DateBasis) -> Array | None:
    """Which facts are asked; None: all."""
    tests = []
    days = view.days[basis]
    if query.since:
        tests.append(days >= _day(query.since))
    if query.until:
        tests.append((days <= _day(query.until)) & (days != NO_DAY))
    for name, words in query.filters.items():
        tests.append(np.isin(view.codes[name], coding(name).codes(words)))
    return np.logical_and.reduce(tests) if tests else None


def _day(day: date) -> int:
    return (day - _EPOCH).days


def _axis(name: str, query: Query, views: Sequence[View], calendars: Sequence[Calendar]) -> _Axis:
    if name == "period":
        return _periods(query, calendars)
    of = coding(name)
    if of.words is not None:
        return _Axis(list(of.words), [view.codes[name] for view in views])
    found = np.unique(np.concatenate([view.compact(name)[0] for view in views]))
    places = [
        np.searchsorted(found, present)[numbers] for present, numbers in (v.compact(name) for v in views)
    ]
    return _Axis([of.word(int(code)) for code in found], places)


def _periods(query: Query, calendars: Sequence[Calendar]) -> _Axis:
    """From the first that something lies in to the last, then what has no day."""
    length = months(query.grain)
    spans = [each.span for each in calendars if each.span is not None]
    if not spans:
        return _Axis([UNDATED], [np.zeros(len(each.months), dtype=np.int32) for each in calendars])
    first, last = min(low for low, _ in spans) // length, max(high for _, high in spans) // length
    words = [period(query.grain, number) for number in range(first, last + 1)]
    table = np.arange(first * length, (last + 1) * length + 1, dtype=np.int32) // length - first
    table[-1] = len(words)  # where -1 looks, which is no month
    offset = first * length
    places = [table[np.where(each.months < 0, -1, each.months - offset)] for each in calendars]
    return _Axis([*words, UNDATED], places)


def _cells(axes: Sequence[_Axis], measure: int, sizes: Sequence[int], keep: Array | None) -> Array | None:
    """The number of each kept fact's cell."""
    found: Array | None = None
    for axis, size in zip(axes, sizes, strict=True):
        places = axis.places[measure] if keep is None else axis.places[measure][keep]
        found = places.astype(np.int64) if found is None else found * size + places
    return found


def _distinct(view: View, cells: Array | None, keep: Array | None, size: int) -> tuple[Array, Array]:
    """(cells, counts of distinct things), the cells ascending."""
    if cells is None:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    single = view.single if keep is None else int(np.count_nonzero(keep[: view.single]))
    things = view.things if keep is None else view.things[keep[view.single :]]
    alone, several = cells[:single], cells[single:]
    pairs = np.sort(things * size + several)
    if len(pairs):
        pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
    several = pairs % size
    if size <= _DENSE:
        counts = np.bincount(alone, minlength=size) + np.bincount(several, minlength=size)
        found = np.flatnonzero(counts)
        return found, counts[found]
    return np.unique(np.concatenate((alone, several)), return_counts=True)


def _total(view: View, keep: Array | None) -> int:
    if keep is None:
        return view.distinct
    things = view.things[keep[view.single :]]
    return int(np.count_nonzero(keep[: view.single])) + (
        int(np.count_nonzero(things[1:] != things[:-1])) + 1 if len(things) else 0
    )


def _told(
    axes: Sequence[_Axis], sizes: Sequence[int], found: Sequence[tuple[Array, Array]], totals: tuple[int, ...]
) -> Counted:
    cells = np.unique(np.concatenate([cells for cells, _ in found]))
    values = np.zeros((len(cells), len(found)), dtype=np.int64)
    for measure, (places, counts) in enumerate(found):
        values[np.searchsorted(cells, places), measure] = counts
    columns = []
    rest = cells
    for axis, size in zip(reversed(axes), reversed(sizes), strict=True):
        words = np.array(axis.words, dtype=object)
        columns.append(words[rest % size].tolist())
        rest = rest // size
    return Counted(tuple(zip(*reversed(columns), strict=True)), tuple(map(tuple, values.tolist())), totals)
