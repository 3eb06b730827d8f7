"""An invented world linked in memory and held against its truth, its ceiling and Splink."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.reconciliation.calibration import Bin, expected_error, precision_from, reliability
from app.reconciliation.features import ReportFeatures, report_features
from app.reconciliation.rehearsal import (
    BlockingRecall,
    LabelledRecords,
    Rehearsed,
    mention_recall,
    proved,
    record_recall,
    rehearse,
)
from app.reconciliation.scoring import LinkKind, Model
from app.world.evaluate import Key, Report, Row, evaluate
from app.world.variation import VARIATIONS
from app.world.world import World

WORLD_MOST: Final = 2_000_000  # mentions: a world is made and linked in memory


class UnknownWorld(ValueError):
    """The name is no ``seed:difficulty:mentions`` of a size that is made, or no variation."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the machine says of one kind of pairs, proved by the truth."""

    precision: float  # of the pairs at or above the upper threshold
    linked: int  # those pairs
    to_review: int  # pairs between the thresholds
    error: float  # expected calibration error
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    report: Report
    ceiling: Report
    proofs: Mapping[LinkKind, Proof]
    mention_blocks: BlockingRecall
    record_blocks: BlockingRecall
    splink: Mapping[str, float] | None  # best F1 of persons over all thresholds, each in Splink's favour

    def as_json(self) -> dict[str, Any]:
        blocks = {"mentions": self.mention_blocks, "records": self.record_blocks}
        return {
            **self.report.as_json(),
            "ceiling": self.ceiling.as_json(),
            "kinds": {kind.value: asdict(proof) for kind, proof in self.proofs.items()},
            "blocking": {name: {**asdict(found), "recall": found.recall} for name, found in blocks.items()},
            "splink": self.splink,
        }


@dataclass(frozen=True, slots=True)
class ReadWorld:
    """A world as linking reads it, with the names of its records and its truth."""

    names: Mapping[int, tuple[str, str]]  # record id: feed, record
    records: LabelledRecords
    truth: tuple[Row, ...]
    traits: Mapping[Key, str]
    ceiling: tuple[Row, ...]


def world_named(name: str, variation: str = "plain") -> World:
    """``seed:difficulty:mentions``. Raises ``UnknownWorld``."""
    varied = {known.name: known for known in VARIATIONS}
    try:
        seed, difficulty, mentions = name.split(":")
        found, size = varied[variation], int(mentions)
        if not 1 <= size <= WORLD_MOST:
            raise ValueError
        return World.generate(None, int(seed), difficulty, mentions=size, variation=found)
    except (KeyError, ValueError) as error:
        raise UnknownWorld(f"{name} {variation}") from error


def read_world(world: World) -> ReadWorld:
    labelled = list(world.labelled())
    names: dict[int, tuple[str, str]] = {}
    reports: list[ReportFeatures] = []
    case: dict[int, int | None] = {}
    person: dict[tuple[int, str, int], int] = {}
    for record_id, (seen, rows) in enumerate(labelled, start=1):
        names[record_id] = (rows[0].feed, rows[0].record)
        reports.append(report_features(seen, record_id))
        case[record_id] = int(rows[0].case[1:]) if rows[0].case else None
        for row in rows[1:]:
            person[record_id, row.role, int(row.order)] = int(row.person[1:])
    return ReadWorld(
        names,
        LabelledRecords(reports, case, person),
        tuple(row for _, rows in labelled for row in rows),
        {(row.feed, row.record, row.order, row.role): row.traits for row in world.traits()},
        tuple(world.ceiling()),
    )


def figures(read: ReadWorld, model: Model, beside_splink: bool = False) -> Figures:
    rehearsed = rehearse(read.records.reports, model)
    links = list(_links(read, rehearsed, rehearsed.person_of))
    return Figures(
        evaluate(read.truth, links, read.traits),
        evaluate(read.truth, read.ceiling, read.traits),
        {kind: _proof(rehearsed, read.records, kind) for kind in LinkKind},
        mention_recall(rehearsed, read.records.person),
        record_recall(rehearsed, read.records.case),
        _splink(read, rehearsed) if beside_splink else None,
    )


def _links(read: ReadWorld, rehearsed: Rehearsed, person_of: Mapping[int, int]) -> Iterator[Row]:
    case_of = rehearsed.case_of
    for record, name in read.names.items():
        yield (*name, "", "", str(case_of.get(record, "")), "")
    for number, (record, role, order) in rehearsed.mentions.items():
        yield (*read.names[record], str(order), role, str(case_of.get(record, "")), str(person_of[number]))


def _proof(rehearsed: Rehearsed, truth: LabelledRecords, kind: LinkKind) -> Proof:
    found = list(proved(rehearsed, truth, kind))
    upper = rehearsed.model.of(kind).upper
    precision, linked = precision_from([(judged.weight, right) for judged, right in found], upper)
    bins = reliability([(judged.probability, right) for judged, right in found])
    return Proof(precision, linked, len(found) - linked, expected_error(bins), bins)


def quiet_splink() -> None:
    """What it says of every round of training is no figure."""
    for name in ("splink", "sqlglot"):
        logging.getLogger(name).setLevel(logging.ERROR)


def _splink(read: ReadWorld, rehearsed: Rehearsed) -> dict[str, float]:
    from app.reconciliation.splink_baseline import splink_clusters

    quiet_splink()
    best = {"pairwise": 0.0, "bcubed": 0.0}
    for _, clusters in splink_clusters(rehearsed):
        found = evaluate(read.truth, _links(read, rehearsed, clusters), read.traits).persons
        best["pairwise"] = max(best["pairwise"], found.pairwise.f1)
        best["bcubed"] = max(best["bcubed"], found.bcubed.f1)
    return best
