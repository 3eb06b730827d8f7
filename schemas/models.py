"""Answers about linking models."""

from pydantic import AwareDatetime

from schemas.base import Contract


class ModelItem(Contract):
    """``made_at`` and ``made_by`` are None of a model that comes with the program and was never used."""

    version: str
    digest: str  # SHA-256 of its content
    shipped: bool
    made_at: AwareDatetime | None
    made_by: str | None


class PromotionItem(Contract):
    kind: str  # promote, rollback
    version: str
    previous: str
    reason: str
    comparison: str | None  # digest of the comparison that was looked at
    made_at: AwareDatetime
    made_by: str


class ComparisonItem(Contract):
    digest: str
    version: str
    against: str
    position: int  # of the change feed
    made_at: AwareDatetime
    made_by: str


class ModelsAnswer(Contract):
    """``running`` links what arrives; ``standing`` computed what stands. Where they differ, ``relinking`` is
    true: what arrives is kept and not linked until the run over everything that is due has ended."""

    running: str
    standing: str | None
    relinking: bool
    models: tuple[ModelItem, ...]
    history: tuple[PromotionItem, ...]
    comparisons: tuple[ComparisonItem, ...]


class ModelChange(Contract):
    """What a promotion or rollback did. ``ids``: by kind and event, how many ids were redirected."""

    kind: str
    version: str
    previous: str
    comparison: str | None
    records: int
    ids: dict[str, dict[str, int]]
