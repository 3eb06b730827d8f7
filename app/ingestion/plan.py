"""What becomes of a chunk of arriving versions, given what is held. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.ingestion.versions import Version, judge, replaces
from schemas.translation import Issue, Translation
from schemas.vocabulary import Outcome


@dataclass(frozen=True, slots=True)
class HeldRecord:
    """A record as the tables have it."""

    id: int
    version: Version
    data_key: bytes  # wrapped
    erased: frozenset[bytes] = frozenset()  # marks of identities that were erased from it
    index_version: int = 0  # of its features and keys, where that was asked


@dataclass(slots=True)
class Entry:
    """One arriving version and what became of it."""

    position: int  # in its batch, from 0
    translation: Translation
    version: Version | None  # None: rejected
    outcome: Outcome = Outcome.REJECTED
    issues: tuple[Issue, ...] = ()  # given by ingestion, beside those of the translation

    @property
    def key(self) -> str | None:
        observation = self.translation.observation
        return None if observation is None else observation.key

    @property
    def number(self) -> str | None:
        observation = self.translation.observation
        return self.translation.number if observation is None else observation.number


@dataclass(slots=True)
class Slot:
    """Where one record stands while a chunk passes."""

    held: HeldRecord | None
    version: Version | None
    kept: list[Entry] = field(default_factory=list)  # every version that stood, the last one stands

    @property
    def winner(self) -> Entry | None:
        return self.kept[-1] if self.kept else None


def settle(entries: Iterable[Entry], held: Mapping[str, HeldRecord]) -> dict[str, Slot]:
    """Give each entry its outcome, in order; return where each record named by them stands at the end."""
    slots: dict[str, Slot] = {}
    for entry in entries:
        if entry.key is None or entry.version is None:
            entry.outcome = Outcome.REJECTED
            continue
        slot = slots.get(entry.key)
        if slot is None:
            record = held.get(entry.key)
            slot = slots[entry.key] = Slot(record, record.version if record else None)
        entry.outcome = judge(slot.version, entry.version, has_warnings=entry.translation.has_warnings)
        if replaces(entry.outcome):
            slot.version = entry.version
            slot.kept.append(entry)
    return slots


def tally(entries: Iterable[Entry]) -> dict[Outcome, int]:
    """How many entries ended in each outcome; the sum is the number of entries."""
    counts = Counter(entry.outcome for entry in entries)
    return {outcome: counts[outcome] for outcome in Outcome}
