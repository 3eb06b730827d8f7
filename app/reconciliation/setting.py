"""What the resolved cases say of a pair of mentions before they are compared. Pure."""

import math
from dataclasses import dataclass
from typing import Self

from app.reconciliation.scoring import Model, exact

_KEYS = (None, True, False)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where two mentions stand, as far as it counts by itself."""

    same_case: bool
    same_role: bool = True
    most: int = 1  # of that role in either record
    keys: bool | None = None  # whether their protected keys are one, where both have one
    nameable: bool = True  # both

    @classmethod
    def of(cls, code: int) -> Self:
        """As ``batch_sql.LIKELY`` writes it: 0 of two cases, 1 of two roles in one, else 2 and the rest."""
        if code < 2:
            return cls(same_case=code == 1, same_role=False)
        rest, keys = divmod(code - 2, len(_KEYS))
        most, nameless = divmod(rest, 2)
        return cls(same_case=True, most=most, keys=_KEYS[keys], nameable=not nameless)

    def bits(self, model: Model) -> float:
        """Prior odds in bits: by chance across cases; one of the few of that role inside one case."""
        context = model.context
        if not self.same_case:
            return exact(context.apart)
        if not self.same_role:
            return exact(context.other_role)
        bits = math.log2(context.overlap / (max(self.most, 1) - context.overlap))
        if self.keys is not None:
            bits += context.key_equal if self.keys else context.key_differs
        if not self.nameable:
            bits += context.nameless
        return exact(bits)
