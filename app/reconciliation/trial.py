"""What any model would make of all that is held: read once, computed in memory, written nowhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.reconciliation.batch import KINDS, Conclusion, Work
from app.reconciliation.bulk import BulkRepository, Keys
from app.reconciliation.held import Held
from app.reconciliation.neighbourhood import Kind, decisions_of
from app.reconciliation.repository import LinkRepository
from app.reconciliation.resolve import Decisions, Pair
from app.reconciliation.scoring import Model, Thresholds
from app.security.sealing import Sealer

Conclusions = Mapping[Kind, Conclusion]


@dataclass(frozen=True, slots=True)
class Trial:
    """Everything that linking depends on, as one snapshot has it, and the ids that stand there."""

    held: Held
    keys: tuple[Keys, Keys]
    decided: Mapping[Kind, Decisions]
    standing: Mapping[Kind, Mapping[int, UUID]]

    @classmethod
    async def read(cls, connection: Any, sealer: Sealer) -> "Trial":
        """``connection``: raw, in a transaction of one snapshot."""
        bulk, repository = BulkRepository(connection, sealer), LinkRepository(connection, sealer)
        return cls(
            held=await bulk.held(),
            keys=(await bulk.mention_keys(), await bulk.record_keys()),
            decided={kind: decisions_of(await repository.decisions(kind)) for kind in KINDS},
            standing={kind: await bulk.clusters(kind) for kind in KINDS},
        )

    async def conclude(self, model: Model) -> Conclusions:
        """The partition and what is said of every edge, as a run over everything with that model has it."""
        return await asyncio.to_thread(self._conclude, model)

    def _conclude(self, model: Model) -> Conclusions:
        work = Work(self.held, list(self.keys), dict(self.decided), model)
        return {"case": work.cases(), "person": work.persons()}

    def thresholds(self, kind: Kind, key: Pair, model: Model) -> Thresholds:
        """Of that pair of records or mentions."""
        if kind == "case":
            return model.case
        return model.between(*(self.held.mentions[end].role for end in key))

    def knows(self, kind: Kind, key: Pair) -> bool:
        """Whether both are compared today."""
        nodes = self.held.records if kind == "case" else self.held.mentions
        return key[0] in nodes and key[1] in nodes
