"""Judgements of pairs and their explanations: evidence in named parts, never a name, document or date."""

from enum import StrEnum
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from schemas.base import Contract
from schemas.vocabulary import Feed, Role

PairKind = Literal["person", "case"]


class StepKind(StrEnum):
    """What a part of a weight is."""

    PRIOR = "prior"  # what is to be expected before anything is compared
    COMPARISON = "comparison"
    RARITY = "rarity"  # how rare what was found equal is in the population
    RULE = "rule"  # a hard rule: evidence is not weighed
    CAP = "cap"  # what no sum may exceed
    RIVALS = "rivals"  # others of the same record who could be this one


class Step(Contract):
    """One part of a weight. ``bits`` add up to it; None where they are not told, or not known."""

    kind: StepKind
    name: str = Field(description="Lo comparado, o la regla / what is compared, or the rule: stable code")
    level: str = Field(description="Nivel: código estable / level: stable code")
    bits: float | None
    es: str
    en: str


class Member(Contract):
    """One end of a pair: a record, or with ``role`` and ``order`` a mention of it."""

    feed: Feed
    number: str
    role: Role | None = None
    order: int | None = None
    entity: UUID | None = Field(
        default=None, description="Caso o persona a que pertenece hoy / case or person that it belongs to now"
    )


class Alignment(Contract):
    """Two mentions that may be one person, one of each record, heaviest first. ``strength`` as the levels of
    victims and suspects have it: strong from 12 bits, fair from 8, else weak."""

    role: Role
    a_order: int
    b_order: int
    strength: Literal["strong", "fair", "weak"]


class Thresholds(Contract):
    """In bits: at or above ``upper`` the machine links, from ``lower`` a reviewer is asked."""

    upper: float
    lower: float
    policy: str


class Basis(StrEnum):
    """What an explanation was made from."""

    RECOMPUTED = "recomputed"  # from what the records say today, with the model named
    AS_STORED = "as_stored"  # the model or a mention is not at hand: the figures of the ledger alone


class Explanation(Contract):
    """Why two records are or are not one case, or two mentions one person.

    Where ``exact``, the bits of the steps add up to ``weight``, to the bit. Where it is not, the caller may
    not see identities: how rare a name is would tell of the name, so that steps carry what their level weighs
    with a name of usual frequency, and weight and probability are not told.
    """

    kind: PairKind
    a: Member
    b: Member
    basis: Basis
    exact: bool
    steps: tuple[Step, ...]
    weight: float | None
    probability: float | None
    outcome: Literal["same", "unsure", "different"] | None = Field(
        description="Qué concluye la máquina hoy del par / what the machine concludes of the pair now"
    )
    thresholds: Thresholds | None
    model: str | None
    people: tuple[Alignment, ...] = ()
    notes: tuple[str, ...] = Field(default=(), description="En español y en inglés / in both languages")


class JudgementItem(Contract):
    """A row of the ledger. ``judge`` is ``machine`` or the reviewer; figures are told to who may see them."""

    id: int
    outcome: Literal["same", "unsure", "different", "withdrawn"]
    judge: str
    model: str | None
    weight: float | None
    probability: float | None
    reason: str | None
    made_at: AwareDatetime


class JudgementDetail(Contract):
    """A judgement, why, and all judgements of its pair from the first to the last."""

    judgement: JudgementItem
    explanation: Explanation
    history: tuple[JudgementItem, ...]
    standing: int = Field(description="El juicio que rige / the judgement that stands")
