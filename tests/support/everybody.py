"""Worlds in memory of which all are candidates of all, so that columns are held against every pair."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np

from app.reconciliation.batch_pairs import BatchPairs
from app.reconciliation.engine import DuckDBEngine
from app.reconciliation.features import report_features
from app.reconciliation.held import Held, HeldRecord
from app.reconciliation.scoring import Model
from app.world.world import World
from schemas.observations import Mention, Observation
from support.small_worlds import latest, observations

_IDENTITY = ("paternal", "maternal", "given", "initials", "document", "birth_date", "protected_key", "alias")
_OTHERS = ("sex", "nationality", "age_min", "age_max", "age_approximate", "role")


def gathered(seen: Iterable[Observation]) -> Held:
    held, mention = Held(), 0
    for number, observation in enumerate(seen):
        report = replace(report_features(observation), record_id=number)
        held.add(HeldRecord(report, tuple(range(mention, mention + len(report.mentions)))))
        mention += len(report.mentions)
    return held


def everybody(held: Held, model: Model, make: type[BatchPairs] = BatchPairs) -> Any:
    """All under one key."""
    ids = [np.array(sorted(ids), dtype=np.int64) for ids in (held.mentions, held.records)]
    of_mentions, of_records = ((np.ones(len(found), np.int64), found) for found in ids)
    return make(held, (of_mentions, of_records), model, DuckDBEngine())


def hard(seed: int, mentions: int) -> list[Observation]:
    return list(World.generate(mentions=mentions, seed=seed, difficulty="hard").observations())


def small(seed: int, count: int = 40) -> list[Observation]:
    return latest(observations(Random(seed), count))


def mixed(seed: int) -> list[Observation]:
    """Records of a hard world three times over, their people mixed with others: half a name of another, a
    document lost, a sex changed."""
    random = Random(seed)
    seen = [one for one in hard(seed, 300) if one.mentions]
    pool = [mention for one in seen for mention in one.mentions]
    found = []
    for turn in range(3):
        for one in random.sample(seen, 60) if turn else seen[:60]:
            people = tuple(_mixed(random, mention, pool) for mention in one.mentions)
            found.append(one.model_copy(update={"key": f"{one.key}/{turn}", "mentions": people}))
    return found


def _mixed(random: Random, mention: Mention, pool: Sequence[Mention]) -> Mention:
    other = random.choice(pool)
    identity: dict[str, Any] = {}
    for name in _IDENTITY:
        if (drawn := random.random()) < 0.2:
            identity[name] = None if drawn < 0.07 else getattr(other.identity, name)
    rest = {name: getattr(other, name) for name in _OTHERS if random.random() < 0.1}
    return mention.model_copy(update={"identity": mention.identity.model_copy(update=identity), **rest})
