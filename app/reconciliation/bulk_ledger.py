"""The ledger of the run over everything: where nothing stood, what it concludes is written in columns."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from app.db.binary_copy import copy_packed, packed
from app.reconciliation.ledger import EDGE, JUDGEMENT, MACHINE, Ledger
from app.reconciliation.neighbourhood import Kind
from app.reconciliation.repository import Edges
from app.reconciliation.settling import OUTCOMES, Partition


class BulkLedger(Ledger):
    """As ``Ledger``; ``all_edges`` in the place of ``edges``."""

    def __init__(self, connection: Any, model: str) -> None:
        super().__init__(connection, model)
        self._columns: dict[Kind, Partition] = {}

    def all_edges(self, kind: Kind, before: Edges, partition: Partition) -> None:
        if before:
            self.edges(kind, before, partition.weights(), partition.judged())
        else:
            self._columns[kind] = partition

    def _many(self) -> bool:
        return bool(self._columns) or super()._many()

    async def _copy_all(self) -> None:
        await super()._copy_all()
        for kind, partition in self._columns.items():
            await copy_packed(self._connection, "edge", EDGE, self._edge_rows(kind, partition))
            await copy_packed(self._connection, "judgement", JUDGEMENT, self._told_rows(kind, partition))

    def _edge_rows(self, kind: Kind, partition: Partition) -> Iterator[bytes]:
        edges = partition.edges
        for word, these in _by_word(partition):
            worth = partition.probabilities[these] if word else None
            ends = edges.a[these], edges.b[these]
            yield packed(len(these), (kind, *ends, edges.weights[these], word, worth))

    def _told_rows(self, kind: Kind, partition: Partition) -> Iterator[bytes]:
        edges = partition.edges
        for word, these in _by_word(partition):
            if word:
                weighed = partition.effective[these], partition.probabilities[these]
                ends = edges.a[these], edges.b[these]
                yield packed(len(these), (kind, *ends, word, *weighed, self._model, MACHINE))


def _by_word(partition: Partition) -> Iterator[tuple[str | None, Any]]:
    """Places of the edges of which one thing is said, in the order in which they are looked up."""
    ordered = np.lexsort((partition.edges.b, partition.edges.a))
    for place, verdict in enumerate(OUTCOMES):
        these = ordered[partition.outcomes[ordered] == place]
        yield verdict.value if verdict else None, these
