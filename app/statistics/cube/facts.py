"""Facts of one measure in columns, and how they follow what changed. Pure; nothing is changed in place.

A fact is a thing counted with one combination of what it is told by; a thing whose cases differ has several.
Facts stand in the order of the hash of their thing. Each belongs to an owner, a record, file, case or person,
with which it is read again: for most measures the thing itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.statistics.cube.coding import Unknown
from schemas.vocabulary import DateBasis

Array = NDArray[Any]
NO_DAY: Final = np.iinfo(np.int32).min
_FIRSTS: Final = np.uint32  # a bit for each set of up to five lists
_WORD: Final = 62  # bits of codes that are compared as one number


@dataclass(frozen=True, slots=True)
class Keys:
    """Hashes of 128 bits. The upper 64 order and find; the lower tell where these ever meet by chance."""

    upper: Array  # uint64
    lower: Array  # uint64

    def __len__(self) -> int:
        return len(self.upper)

    def take(self, places: Array) -> "Keys":
        return Keys(self.upper[places], self.lower[places])

    @classmethod
    def of(cls, raw: bytes) -> "Keys":
        """Of digests of 16 bytes each, one after the other."""
        pairs = np.frombuffer(raw, dtype=">u8").reshape(-1, 2)
        return cls(pairs[:, 0].astype(np.uint64), pairs[:, 1].astype(np.uint64))


class Facts:
    """``codes`` of the dimensions that the measure is told by; ``lists`` are those of them that one case may
    have several of. ``first`` has a bit for each set of lists: the fact stands for those that differ in these
    lists alone."""

    def __init__(
        self,
        keys: Keys,
        owners: Keys | None,  # None: the things themselves
        days: Mapping[DateBasis, Array],  # int32, since 1970; NO_DAY
        codes: Mapping[str, Array],
        lists: Sequence[str],
        first: Array | None = None,
    ) -> None:
        self.keys, self.owners, self.days, self.codes, self.lists = keys, owners, days, codes, tuple(lists)
        if first is None:
            self._order()
            self.first = self._firsts()
        else:
            self.first = first
        self._views: dict[int, View] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def nbytes(self) -> int:
        keys = [self.keys.upper, self.keys.lower]
        columns = [*keys, self.first, *self.days.values(), *self.codes.values()]
        owned = [self.owners.upper, self.owners.lower] if self.owners is not None else []
        return sum(column.nbytes for column in (*columns, *owned))

    def replaced(self, gone: Keys, come: "Facts") -> "Facts":
        """Without the facts of the owners ``gone``, with those that ``come``: all that these own now."""
        stay = ~self._owned_by(gone)
        if stay.all() and not len(come):
            return self
        kept = self._take(stay)
        places = np.searchsorted(kept.keys.upper, come.keys.upper)

        def merged(old: Array, new: Array) -> Array:
            return np.insert(old, places, new)

        found = Facts(
            Keys(merged(kept.keys.upper, come.keys.upper), merged(kept.keys.lower, come.keys.lower)),
            Keys(merged(kept.owners.upper, come.owners.upper), merged(kept.owners.lower, come.owners.lower))
            if kept.owners is not None and come.owners is not None
            else None,
            {basis: merged(column, come.days[basis]) for basis, column in kept.days.items()},
            {name: merged(column, come.codes[name]) for name, column in kept.codes.items()},
            self.lists,
            merged(kept.first, come.first),
        )
        found._check()
        return found

    def none(self) -> "Facts":
        """The same columns without a fact."""
        return self._take(np.zeros(len(self), dtype=bool))

    def same(self, other: "Facts") -> bool:
        """Whether the same facts stand here, in whatever order those of one thing do."""
        return self._sorted() == other._sorted()

    def _sorted(self) -> list[bytes]:
        columns = [self.keys.upper, self.keys.lower, *self.days.values(), *self.codes.values()]
        columns += [self.owners.upper, self.owners.lower] if self.owners is not None else []
        order = np.lexsort(columns)
        return [column[order].tobytes() for column in columns]

    def owned_by(self, owners: Keys) -> "Facts":
        return self._take(self._owned_by(owners))

    def _owned_by(self, owners: Keys) -> Array:
        """Which facts are of these. Raises ``Unknown`` where a hash met another by chance."""
        found = np.zeros(len(self), dtype=bool)
        mine = self.keys if self.owners is None else self.owners
        order = None if self.owners is None else np.argsort(mine.upper)
        first = np.searchsorted(mine.upper, owners.upper, "left", order)
        sizes = np.searchsorted(mine.upper, owners.upper, "right", order) - first
        before = np.repeat(first - (np.cumsum(sizes) - sizes), sizes)
        places = before + np.arange(len(before))
        places = places if order is None else order[places]
        if (np.repeat(owners.lower, sizes) != mine.lower[places]).any():
            raise Unknown
        found[places] = True
        return found

    def _take(self, places: Array) -> "Facts":
        return Facts(
            self.keys.take(places),
            self.owners.take(places) if self.owners is not None else None,
            {basis: column[places] for basis, column in self.days.items()},
            {name: column[places] for name, column in self.codes.items()},
            self.lists,
            self.first[places],
        )

    def _order(self) -> None:
        """Facts of a thing together, and among them those that differ in lists alone."""
        order = np.lexsort((*self._packed(self.lists), *self._packed(), self.keys.upper))
        self.keys = self.keys.take(order)
        self.owners = self.owners.take(order) if self.owners is not None else None
        self.days = {basis: column[order] for basis, column in self.days.items()}
        self.codes = {name: column[order] for name, column in self.codes.items()}
        self._check()

    def _check(self) -> None:
        upper, lower = self.keys.upper, self.keys.lower
        if ((upper[1:] == upper[:-1]) & (lower[1:] != lower[:-1])).any():
            raise Unknown

    def _packed(self, lists: Sequence[str] | None = None) -> list[Array]:
        """All that is told of a fact but its lists, or of these lists, in few numbers."""
        if lists is not None:
            return _pack([self.codes[name] for name in lists])
        days = [column.astype(np.int64) - NO_DAY for column in self.days.values()]
        return _pack([*days, *(column for name, column in self.codes.items() if name not in self.lists)])

    def _firsts(self) -> Array:
        """For each set of lists left out, whether a fact is the first of those that are the same without. The
        only fact of a thing always is."""
        sets = self._sets()
        things = self.keys.upper
        same = np.append(False, things[1:] == things[:-1])[: len(self)]
        several = np.flatnonzero(same | np.append(same[1:], False)[: len(self)])
        found = np.full(len(self), (1 << len(sets)) - 1, dtype=_FIRSTS)
        found[several] = 0
        if not len(several):
            return found
        base = [word[several] for word in (*self._packed(), things)]
        for bit, left_out in sets:
            kept = self._packed([name for name in self.lists if name not in left_out])
            words = (*(word[several] for word in kept), *base)
            order = np.lexsort(words)
            new = np.ones(len(several), dtype=bool)
            new[1:] = np.logical_or.reduce([word[order][1:] != word[order][:-1] for word in words])
            found[several[order[new]]] |= _FIRSTS(1 << bit)
        return found

    def _sets(self) -> list[tuple[int, tuple[str, ...]]]:
        several = [c for size in range(1, len(self.lists) + 1) for c in combinations(self.lists, size)]
        return list(enumerate(several))

    def view(self, asked: Sequence[str]) -> "View":
        """What a question needs that asks for these dimensions."""
        left_out = tuple(name for name in self.lists if name not in asked)
        bit = next((bit for bit, names in self._sets() if names == left_out), -1)
        found = self._views.get(bit)
        if found is None:
            found = self._views[bit] = self._view(bit, left_out)
        return found

    def _view(self, bit: int, left_out: Sequence[str]) -> "View":
        places = np.arange(len(self)) if bit < 0 else np.flatnonzero(self.first & _FIRSTS(1 << bit))
        things = self.keys.upper[places]
        new = np.ones(len(things) + 1, dtype=bool)
        new[1:-1] = things[1:] != things[:-1]
        single = new[:-1] & new[1:]
        numbers = np.cumsum(new[:-1][~single]) - 1  # of the things with several facts
        order = places[np.concatenate((np.flatnonzero(single), np.flatnonzero(~single)))]
        names = [name for name in self.codes if name not in left_out]
        return View(
            int(single.sum()),
            numbers,
            {basis: column[order] for basis, column in self.days.items()},
            {name: self.codes[name][order] for name in names},
        )


def _pack(columns: Sequence[Array]) -> list[Array]:
    """Columns of numbers from 0, side by side in as few numbers of 62 bits as hold them."""
    words: list[Array] = []
    left = 0
    for column in columns:
        bits = int(column.max()).bit_length() if len(column) else 0
        if not words or bits > left:
            words.append(np.zeros(len(column), dtype=np.int64))
            left = _WORD
        words[-1] = (words[-1] << bits) | column
        left -= bits
    return words


@dataclass(frozen=True, slots=True)
class Calendar:
    """``months`` since the year 0, -1 where there is no day; ``span``: the first and the last of them, None
    where nothing has a day."""

    months: Array
    span: tuple[int, int] | None

    @classmethod
    def of(cls, days: Array) -> "Calendar":
        dated = days != NO_DAY
        since_1970 = np.where(dated, days, 0).astype("datetime64[D]").astype("datetime64[M]")
        months = np.where(dated, since_1970.astype(np.int32) + 1970 * 12, -1).astype(np.int32)
        known = months[dated]
        return cls(months, (int(known.min()), int(known.max())) if len(known) else None)


@dataclass(frozen=True)
class View:
    """Facts that differ in what is asked: ``single`` things with one first, then others, thing by thing."""

    single: int
    things: Array  # numbers of the things of the others, ascending
    days: Mapping[DateBasis, Array]
    codes: Mapping[str, Array]
    _calendars: dict[DateBasis, Calendar] = field(default_factory=dict)

    def calendar(self, basis: DateBasis) -> Calendar:
        """The months of one date basis."""
        if basis not in self._calendars:
            self._calendars[basis] = Calendar.of(self.days[basis])
        return self._calendars[basis]

    @cached_property
    def distinct(self) -> int:
        """How many things."""
        return self.single + (int(self.things[-1]) + 1 if len(self.things) else 0)

    def compact(self, dimension: str) -> tuple[Array, Array]:
        """The codes of a dimension that there are, and for each fact the number of its own."""
        found, numbers = np.unique(self.codes[dimension], return_inverse=True)
        return found, numbers
