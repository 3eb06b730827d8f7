"""The one base of every contract: frozen, closed, nothing coerced silently."""

from pydantic import BaseModel, ConfigDict


class Contract(BaseModel):
    """A value that crosses a boundary. Immutable; an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")
