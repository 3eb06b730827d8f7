"""Pairs as columns of one length: what the run over everything holds instead of an object for each."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Bits = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PairEdges:
    """Pairs at or above the lower threshold, as ids, the lower first."""

    a: Ids
    b: Ids
    weights: Bits
    known: Bits  # the evidence alone
    fit: Flags  # no third changes that these two fit together

    @classmethod
    def joined(cls, *parts: "PairEdges") -> "PairEdges":
        columns: dict[str, NDArray[Any]] = {
            each.name: np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(cls)
        }
        return cls(**columns)

    def where(self, these: Flags) -> "PairEdges":
        return PairEdges(*(getattr(self, each.name)[these] for each in fields(self)))

    def pairs(self) -> list[tuple[int, int]]:
        return list(zip(self.a.tolist(), self.b.tolist(), strict=True))
