"""An invented world with known truth: the same seed, size and difficulty always give the same world.

Nothing is held: every pass over a world makes it anew from its seed, case by case,
so that a world of a million
mentions needs little memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Self

from app.world.cases import FIRST_DAY, LAST_DAY, CaseMaker, TrueCase
from app.world.ceiling import ceiling_links
from app.world.delivery import Delivered, deliver, write_rows
from app.world.desk import Desk
from app.world.evaluate import LINKS_HEADER
from app.world.journey import Institutions
from app.world.observe import observation
from app.world.rates import Difficulty, Rates
from app.world.records import History, SaidRecord
from app.world.traits import TraitRow, trait_rows
from app.world.truth import TruthRow, truth_rows
from app.world.variation import PLAIN, Variation
from schemas.observations import Observation

MENTIONS_PER_CASE = 6.4  # about; only used to spread a world asked for by mentions over its years


@dataclass(frozen=True, slots=True)
class World:
    seed: int
    difficulty: Difficulty
    cases: int | None = None
    mentions: int | None = None
    broken: bool = False  # with a few records that must be rejected; they stand in no truth
    variation: Variation = PLAIN

    @classmethod
    def generate(
        cls,
        cases: int | None = None,
        seed: int = 1,
        difficulty: Difficulty | str = Difficulty.NORMAL,
        *,
        mentions: int | None = None,
        broken: bool = False,
        variation: Variation = PLAIN,
    ) -> Self:
        """``cases`` true cases, or as many as give at least ``mentions`` mentions of victims and suspects."""
        if (cases is None) == (mentions is None):
            raise ValueError("give either cases or mentions")
        if any(size is not None and size < 1 for size in (cases, mentions)):
            raise ValueError("cases and mentions must be positive")
        return cls(seed, Difficulty(difficulty), cases, mentions, broken, variation)

    def histories(self) -> Iterator[tuple[TrueCase, list[History]]]:
        """Every true case, in the order of its facts, with the records it left (and calls of no case)."""
        rng = Random(f"intertrata-world-1|{self.seed}|{self.difficulty}")  # noqa: S311 - no secret is drawn
        rates = self.variation.applied(Rates.of(self.difficulty))
        institutions = Institutions(Desk(rng, rates), self.broken)
        maker = CaseMaker(rng, rates, self.variation.names)
        expected = self.cases or max(1, round((self.mentions or 0) / MENTIONS_PER_CASE))
        span = (LAST_DAY - FIRST_DAY).days - 20
        index = count = 0
        while (index < self.cases) if self.cases is not None else (count < (self.mentions or 0)):
            day = int(span * min(index / expected, 1.0)) + int(rng.random() * 20)
            case = maker.draw(FIRST_DAY + timedelta(days=day))
            histories = institutions.records_of(case)
            yield case, histories
            index += 1
            count += sum(_mention_count(history.final) for history in histories if history.stands)

    def observations(self) -> Iterator[Observation]:
        """What the adapters make of the final version of every record that stands; no files in between."""
        return (seen for seen, _ in self.labelled())

    def labelled(self) -> Iterator[tuple[Observation, list[TruthRow]]]:
        """Each observation with its rows of the truth: the record's own first, then its mentions'."""
        rewrite = self.variation.rewrite
        rng = Random(f"intertrata-variation|{self.variation.name}|{self.seed}")  # noqa: S311
        for _, histories in self.histories():
            for history in histories:
                if history.stands:
                    seen = observation(history.final)
                    yield rewrite(rng, seen) if rewrite else seen, list(truth_rows(history))

    def truth(self) -> Iterator[TruthRow]:
        for _, histories in self.histories():
            for history in histories:
                yield from truth_rows(history)

    def traits(self) -> Iterator[TraitRow]:
        """What makes each mention hard, for the slices of the evaluator."""
        for _, histories in self.histories():
            yield from trait_rows(histories)

    def ceiling(self) -> Iterator[TruthRow]:
        """Links of the oracle of ``app.world.ceiling``, in the shape of ``links export``."""
        return ceiling_links(self.labelled())

    def write_ceiling(self, path: Path) -> None:
        """The oracle's links as a file; holds every mention in memory, some 2 kB each."""
        write_rows(path, LINKS_HEADER, self.ceiling())

    def write(self, folder: Path, parts: int = 1, *, json: bool = False) -> Delivered:
        """The files of the four feeds, ``truth.csv`` and ``traits.csv``; see ``app.world.delivery``.

        ``parts`` splits each feed by update stamp into that many successive deliveries.
        """
        if parts < 1:
            raise ValueError("parts must be positive")
        if self.variation.rewrite is not None:
            raise ValueError("a world whose observations are rewritten has no files")
        groups = (histories for _, histories in self.histories())
        return deliver(groups, folder, self.seed, parts=parts, json=json)


def _mention_count(record: SaidRecord) -> int:
    return sum(1 for said in record.people if said.person)
