"""The one base of every contract: frozen, closed, nothing coerced silently."""

import re
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _written_out(value: object) -> object:
    """Pydantic would take ``0`` for a day of 1970, as text and as a number."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("a day is written YYYY-MM-DD")
    return value


IsoDay = Annotated[date, BeforeValidator(_written_out)]
"""A day as callers write it: ISO 8601, and nothing that only may be read as one."""


class Contract(BaseModel):
    """A value that crosses a boundary. Immutable; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
