"""What came and what left since earlier releases, as linked sets: for who does not know all of it. Pure.

Two attackers. One knows everything that left, and asks what came: of what stands now, each thing came before
the first release that told of its month, or since a later one. The other knows everything that came, and asks
what left: each thing that ever stood stands now, or left before some release. Time of coming, or of leaving,
is a dimension (``change``); a cell of an earlier release stands for what had come, or had not left, by then.
So every version and period that was published is one system with the new release, and the size of a
correction to a published cell is a cell of it: a secret.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.releases.disclosure.cells import CHANGE, NOW, Cell, Dimension, Grain, History, LinkedSet

Placed = Mapping[str, Grain]


@dataclass(frozen=True)
class Told:
    """One earlier release of a linked set: the months it told of, where each thing stood, what it showed."""

    months: frozenset[str]
    placed: Placed
    published: frozenset[Cell]


@dataclass(frozen=True)
class Corrections:
    """Earlier releases in order, and where each thing stands now. A moment is the number of a release, that
    of the new one last."""

    earlier: Sequence[Told]
    now: Placed

    @property
    def last(self) -> int:
        return len(self.earlier)

    @cached_property
    def came(self) -> Counter[tuple[Grain, int]]:
        """What stands now, by the moment since which it does; 0: since the first that told of its month."""
        found: Counter[tuple[Grain, int]] = Counter()
        for key, grain in self.now.items():
            since = 0
            for moment, stood in self._standings(key, grain):
                since = since if stood else self._after(moment, grain)
            found[grain, since] += 1
        return found

    @cached_property
    def left(self) -> Counter[tuple[Grain, int]]:
        """What stands now or ever stood, by the moment at which it had left; ``last + 1``: stands."""
        found: Counter[tuple[Grain, int]] = Counter()
        ever = {(key, g) for each in self.earlier for key, g in each.placed.items() if g[0] in each.months}
        for key, grain in ever | set(self.now.items()):
            if self.now.get(key) == grain:
                found[grain, self.last + 1] += 1
            else:
                seen = max(moment for moment, stood in self._standings(key, grain) if stood)
                found[grain, self._after(seen, grain)] += 1
        return found

    def added(self) -> dict[Grain, int]:
        """What came since it was first told of, by grain."""
        found: Counter[Grain] = Counter()
        for (grain, since), count in self.came.items():
            found[grain] += count if since else 0
        return {grain: count for grain, count in found.items() if count}

    def sizes(self, tables: LinkedSet) -> dict[Cell, tuple[int, ...]]:
        """Of each cell that an earlier release showed: how many things came to it and left it since.

        What came and left in between is in neither release, and not counted here as it is in ``sets``.
        """
        found: dict[Cell, tuple[int, ...]] = {}
        (measure,) = tables.counts
        for told in self.earlier:
            both = (
                Counter(grain for key, grain in self.now.items() if told.placed.get(key) != grain),
                Counter(grain for key, grain in told.placed.items() if self.now.get(key) != grain),
            )
            changed = [LinkedSet(tables.dimensions, {measure: counts}, {}) for counts in both]
            for cell in told.published:
                found[cell] = (*found.get(cell, ()), *(each.value(cell) for each in changed))
        return found

    def sets(self, tables: LinkedSet) -> tuple[LinkedSet, ...]:
        """For each attacker, where there is something to ask; secrets are all corrections, small or not."""
        found = (
            self._set(tables, self.came, 0, lambda moment, at: at <= moment),
            self._set(tables, self.left, self.last + 1, lambda moment, at: at > moment),
        )
        return tuple(each for each in found if each is not None)

    def _standings(self, key: str, grain: Grain) -> Iterator[tuple[int, bool]]:
        """At every release that told of its month, whether it stood there."""
        for moment, told in enumerate(self.earlier):
            if grain[0] in told.months:
                yield moment, told.placed.get(key) == grain

    def _after(self, moment: int, grain: Grain) -> int:
        """The next that told of its month; the new release where none did."""
        later = range(moment + 1, self.last)
        return next((each for each in later if grain[0] in self.earlier[each].months), self.last)

    def _set(
        self,
        tables: LinkedSet,
        found: Counter[tuple[Grain, int]],
        still: int,
        stood: Callable[[int, int], bool],
    ) -> LinkedSet | None:
        """``still``: where what was not corrected is; ``stood``: at a moment, whether what came or left at
        another counted."""
        moments = sorted({at for _, at in found} | {still})
        if len(moments) == 1:
            return None
        groups = {
            code: frozenset(f"at {at}" for at in moments if stood(moment, at))
            for moment, code in ((*enumerate(map(released, range(self.last))), (self.last, NOW)))
        }
        between = dict(self._between(moments, still))
        change = Dimension(CHANGE, tuple(f"at {at}" for at in moments), groups | between)
        (measure,) = tables.counts
        changed = [(grain, at, count) for (grain, at), count in found.items() if at != still]
        corrected = LinkedSet(
            (*tables.dimensions, change), {measure: {(*g, f"at {at}"): n for g, at, n in changed}}, {}
        )
        secrets = frozenset(
            correction
            for moment, told in enumerate(self.earlier)
            for cell in told.published
            for code in between
            if code.startswith(f"{released(moment)} to ") and corrected.value(correction := cell.when(code))
        )
        published = (
            c.when(released(moment)) for moment, told in enumerate(self.earlier) for c in told.published
        )
        return LinkedSet(
            corrected.dimensions,
            {measure: {(*grain, f"at {at}"): count for (grain, at), count in found.items()}},
            {name: frozenset(cell.when(NOW) for cell in cells) for name, cells in tables.tables.items()},
            history=History(frozenset(published)),
            secrets=secrets,
            covering=tables.covering,
        )

    def _between(self, moments: Sequence[int], still: int) -> Iterator[tuple[str, frozenset[str]]]:
        """What came or left after one moment and until another."""
        for first in range(self.last):
            for end in moments:
                if end > first and end != still:
                    inside = frozenset(f"at {at}" for at in moments if first < at <= end and at != still)
                    yield f"{released(first)} to {end}", inside


def released(moment: int) -> str:
    """The code of what an earlier release told of."""
    return f"release {moment}"
