"""What a later version of a period changes, cell by cell and why. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.releases.facts import Facts
from app.releases.periods import Period
from app.releases.standard import StandardTable
from app.releases.tables import Codes, standing
from schemas.releases import CellChange, CellStatus, ChangeKind, ChangeReason, ReleaseCell, ReleaseTable

Reasons = Mapping[Codes, tuple[ChangeReason, ...]]


@dataclass(frozen=True, slots=True)
class Fates:
    """What became of ids between two snapshots: those merged into another, and those split from one.

    A key of two ids, as a victimisation has, shares the fate of either. By indicator, the keys that are of
    another year now, and those that were published in another year then.
    """

    merged: frozenset[str] = frozenset()
    parted: frozenset[str] = frozenset()
    moved_to: Mapping[str, frozenset[str]] = field(default_factory=dict)
    moved_from: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def was_merged(self, key: str) -> bool:
        return not self.merged.isdisjoint(_ids(key))

    def was_parted(self, key: str) -> bool:
        return not self.parted.isdisjoint(_ids(key))


def _ids(key: str) -> list[str]:
    return key.strip("()").split(",")


def changes(before: ReleaseTable, after: ReleaseTable, reasons: Reasons) -> Iterator[CellChange]:
    """The cells that differ. A cell that only one of the two has is not available in the other."""
    then = {cell.codes: cell for cell in before.cells}
    now = {cell.codes: cell for cell in after.cells}
    for codes in dict.fromkeys((*now, *then)):
        old, new = then.get(codes, _absent(codes)), now.get(codes, _absent(codes))
        if (old.value, old.status) != (new.value, new.status):
            yield CellChange(
                table=after.id,
                codes=codes,
                before=old.value,
                before_status=old.status,
                after=new.value,
                after_status=new.status,
                reasons=reasons.get(codes, ()),
            )


def _absent(codes: Codes) -> ReleaseCell:
    return ReleaseCell(codes=codes, value=None, status=CellStatus.NOT_AVAILABLE)


def reasons_of(
    table: StandardTable, before: Facts, after: Facts, periods: Sequence[Period], fates: Fates
) -> Reasons:
    """By cell, why things came and left."""
    then, now = standing(table, before, periods), standing(table, after, periods)
    indicator, none = table.indicator, frozenset[str]()
    known_then = {row.key for row in before.rows} | fates.moved_from.get(indicator, none)
    known_now = {row.key for row in after.rows} | fates.moved_to.get(indicator, none)
    found: dict[Codes, Counter[tuple[ChangeKind, bool]]] = {}
    for codes in then.keys() | now.keys():
        was, is_ = then.get(codes, set()), now.get(codes, set())
        told = found.setdefault(codes, Counter())
        told.update((_coming(key, known_then, fates), True) for key in is_ - was)
        told.update((_leaving(key, known_now, fates), False) for key in was - is_)
    return {codes: _listed(told) for codes, told in found.items()}


def _coming(key: str, known: set[str], fates: Fates) -> ChangeKind:
    if key in known:
        return ChangeKind.RECLASSIFICATION
    return ChangeKind.SPLIT if fates.was_parted(key) else ChangeKind.LATE_REPORT


def _leaving(key: str, known: set[str], fates: Fates) -> ChangeKind:
    if key in known:
        return ChangeKind.RECLASSIFICATION
    return ChangeKind.MERGE if fates.was_merged(key) else ChangeKind.ANNULMENT


def _listed(told: Counter[tuple[ChangeKind, bool]]) -> tuple[ChangeReason, ...]:
    return tuple(
        ChangeReason(kind=kind, came=told[kind, True], left=told[kind, False])
        for kind in ChangeKind
        if told[kind, True] or told[kind, False]
    )
