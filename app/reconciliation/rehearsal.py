"""Linking in memory, by the code of the run over everything: to measure and to calibrate, never to keep.

Blind keys are plain digests here: nothing leaves the process.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import combinations

import numpy as np

from app.reconciliation.batch import Conclusion, Work
from app.reconciliation.blocking import Block, mention_blocks, record_blocks, shared
from app.reconciliation.bulk import Keys
from app.reconciliation.features import ReportFeatures, with_mentions
from app.reconciliation.held import Held, HeldRecord
from app.reconciliation.resolve import Decisions, Judged
from app.reconciliation.scoring import LinkKind, Model

Mention = tuple[int, str, int]  # record id, role, order


@dataclass(frozen=True, slots=True)
class LabelledRecords:
    """Records with the truth beside them: ``case`` by record id, ``person`` by (record id, role, order)."""

    reports: Sequence[ReportFeatures]
    case: Mapping[int, int | None]
    person: Mapping[Mention, int]


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """``mentions`` by their number here, from 1 on; clusters and judgements are of those and of records."""

    model: Model
    held: Held
    mentions: Mapping[int, Mention]
    cases: Conclusion
    persons: Conclusion

    @property
    def case_of(self) -> dict[int, int]:
        return _places(self.cases)

    @property
    def person_of(self) -> dict[int, int]:
        return _places(self.persons)

    def judged(self, kind: LinkKind) -> Iterator[Judged]:
        """What the machine says of the edges of a kind."""
        if kind is LinkKind.CASE:
            yield from self.cases.resolved.judged.values()
            return
        for found in self.persons.resolved.judged.values():
            both = {self.mentions[found.a][1], self.mentions[found.b][1]}
            if (both == {LinkKind.VICTIM}) is (kind is LinkKind.VICTIM):
                yield found


def rehearse(reports: Sequence[ReportFeatures], model: Model) -> Rehearsed:
    """Each with a record id of its own."""
    held, mentions = Held(), dict[int, Mention]()
    of_mentions, of_records = _Keys(), _Keys()
    for report in reports:
        ordered = with_mentions(report, report.mentions)
        ids = []
        for mention in ordered.mentions:
            number = len(mentions) + 1
            mentions[number] = (report.record_id, mention.role, mention.order)
            ids.append(number)
            of_mentions.add(number, mention_blocks(mention, ordered))
        of_records.add(report.record_id, record_blocks(ordered))
        held.add(HeldRecord(ordered, tuple(ids)))
    nothing = Decisions()
    work = Work(
        held, [of_mentions.arrays(), of_records.arrays()], {"case": nothing, "person": nothing}, model
    )
    cases = work.cases()
    return Rehearsed(model, held, mentions, cases, work.persons())


def proved(rehearsed: Rehearsed, truth: LabelledRecords, kind: LinkKind) -> Iterator[tuple[Judged, bool]]:
    """Every judgement at or above the lower threshold of its kind, and whether it is right."""
    lower = rehearsed.model.of(kind).lower
    for found in rehearsed.judged(kind):
        if found.weight < lower:
            continue
        if kind is LinkKind.CASE:
            a, b = truth.case.get(found.a), truth.case.get(found.b)
        else:
            a, b = (truth.person.get(rehearsed.mentions[end]) for end in (found.a, found.b))
        yield found, a is not None and a == b


class _Keys:
    def __init__(self) -> None:
        self._keys: list[int] = []
        self._owners: list[int] = []

    def add(self, owner: int, blocks: Iterable[Block]) -> None:
        for block in blocks:
            digest = blake2b(f"{block.rule}|{block.value}".encode(), digest_size=8).digest()
            self._keys.append(block.signed(int.from_bytes(digest, "little") >> 1))
            self._owners.append(owner)

    def arrays(self) -> Keys:
        return np.array(self._keys, dtype=np.int64), np.array(self._owners, dtype=np.int64)


def _places(found: Conclusion) -> dict[int, int]:
    return {member: place for place, cluster in enumerate(found.resolved.clusters) for member in cluster}


@dataclass(frozen=True, slots=True)
class BlockingRecall:
    """Of the true pairs of mentions of different records (of records, for ``records``)."""

    pairs: int
    found: int
    by_rule: Mapping[str, int]  # pairs that the rule gives; one pair may be given by several
    in_case: int  # pairs that no rule gives, found because their records are one case

    @property
    def recall(self) -> float:
        return self.found / self.pairs if self.pairs else 1.0


def mention_recall(rehearsed: Rehearsed, person: Mapping[Mention, int]) -> BlockingRecall:
    """``person``: who each mention truly is."""
    groups: dict[int, list[int]] = {}
    for number, name in rehearsed.mentions.items():
        if name in person:
            groups.setdefault(person[name], []).append(number)
    held, case_of = rehearsed.held, rehearsed.case_of
    blocks = {
        number: set(mention_blocks(held.mentions[number], held.report(held.record_of[number])))
        for group in groups.values()
        if len(group) > 1
        for number in group
    }

    def together(a: int, b: int) -> bool:
        records = held.record_of[a], held.record_of[b]
        return records[0] in case_of and case_of[records[0]] == case_of.get(records[1])

    pairs = [
        pair
        for group in groups.values()
        for pair in combinations(group, 2)
        if held.record_of[pair[0]] != held.record_of[pair[1]]
    ]
    by_rule: Counter[str] = Counter()
    found = in_case = 0
    for a, b in pairs:
        rules = shared(blocks[a], blocks[b])
        by_rule.update(rules)
        context = not rules and together(a, b)
        in_case += context
        found += bool(rules) or context
    return BlockingRecall(len(pairs), found, dict(by_rule), in_case)


def record_recall(rehearsed: Rehearsed, case: Mapping[int, int | None]) -> BlockingRecall:
    """``case``: of which true case each record is; its people's rules give candidates too."""
    groups: dict[int, list[int]] = {}
    for record, number in case.items():
        if number is not None and record in rehearsed.held.records:
            groups.setdefault(number, []).append(record)
    by_rule: Counter[str] = Counter()
    pairs = found = 0
    for group in groups.values():
        blocks = {record: _all_blocks(rehearsed.held.report(record)) for record in group}
        for a, b in combinations(group, 2):
            rules = shared(blocks[a], blocks[b])
            by_rule.update(rules)
            pairs += 1
            found += bool(rules)
    return BlockingRecall(pairs, found, dict(by_rule), 0)


def _all_blocks(report: ReportFeatures) -> set[Block]:
    return {*record_blocks(report), *(b for m in report.mentions for b in mention_blocks(m, report))}
