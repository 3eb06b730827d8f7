"""How much of a known truth blocking finds, rule by rule, and what it costs in candidates."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import combinations

from app.reconciliation.blocking import Block, mention_blocks, shared
from app.reconciliation.features import MentionFeatures, ReportFeatures


@dataclass(frozen=True, slots=True)
class RuleRecall:
    """Of one rule, or of all together (``rule`` is then "any")."""

    rule: str
    candidates: int  # pairs of mentions that it gives, those of one record too
    found: int  # true pairs among them
    alone: int  # true pairs that no other rule finds


@dataclass(frozen=True, slots=True)
class BlockingRecall:
    true_pairs: int  # of mentions of one person in different records
    rules: tuple[RuleRecall, ...]  # by name; the last is "any"
    largest: int  # mentions in the largest block

    @property
    def recall(self) -> float:
        return self.rules[-1].found / self.true_pairs if self.true_pairs else 1.0


def recall_by_rule(
    mentions: Iterable[tuple[Hashable, MentionFeatures, ReportFeatures]],
) -> BlockingRecall:
    """``mentions``: whose each truly is, what matching knows of it, and its record.

    Of the blind keys alone: people of records that resolve to one case are candidates beside them.
    """
    sizes: Counter[Block] = Counter()
    people: dict[Hashable, list[tuple[tuple[str, str], frozenset[Block]]]] = defaultdict(list)
    for person, mention, report in mentions:
        blocks = frozenset(mention_blocks(mention, report))
        sizes.update(blocks)
        people[person].append((report.name, blocks))
    pairs = [
        frozenset(shared(x, y))
        for group in people.values()
        for (a, x), (b, y) in combinations(group, 2)
        if a != b
    ]
    candidates: Counter[str] = Counter()
    for block, size in sizes.items():
        if not block.answers:
            candidates[block.rule] += size * (size - 1) // 2 + size * sizes[block._replace(answers=True)]
    found = Counter(rule for rules in pairs for rule in rules)
    alone = Counter(next(iter(rules)) for rules in pairs if len(rules) == 1)
    by_rule = [RuleRecall(rule, candidates[rule], found[rule], alone[rule]) for rule in sorted(candidates)]
    together = RuleRecall("any", sum(candidates.values()), sum(map(bool, pairs)), 0)
    return BlockingRecall(len(pairs), (*by_rule, together), max(sizes.values(), default=0))
