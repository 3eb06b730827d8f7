"""Review of doubtful matches: what waits for a reviewer, what one decides, what that changes. No identity."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from schemas.base import Contract
from schemas.judgements import PairKind
from schemas.vocabulary import Feed, OffenceFamily, Role

REASON_MOST = 2000  # characters

Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=3, max_length=REASON_MOST, pattern=r"^[^\x00]*$"),
    Field(description="Por qué; se guarda cifrado / why; kept sealed"),
]
Outcome = Literal["same", "different", "unsure"]


class ItemState(StrEnum):
    """Where a doubtful pair stands."""

    OPEN = "open"
    PROPOSED = "proposed"  # a first reviewer has spoken, a second must
    PUT_ASIDE = "put_aside"  # a reviewer could not tell: back once the evidence changes


class ActKind(StrEnum):
    """What a reviewer does."""

    PAIR = "pair"  # one doubtful pair
    SPLIT = "split"  # of a case or person
    MERGE = "merge"  # of two cases or persons


class ActState(StrEnum):
    """Where a reviewer's decision stands."""

    PREVIEW = "preview"  # nothing was written
    PROPOSED = "proposed"  # waits for a second reviewer; nothing has changed yet
    EFFECTIVE = "effective"
    DISPUTED = "disputed"  # a second reviewer said otherwise; it never took effect
    UNDONE = "undone"


class ReviewMember(Contract):
    """A record, or with ``role`` and ``order`` a mention of it."""

    feed: Feed
    number: str = Field(min_length=1, max_length=200)
    role: Role | None = None
    order: int | None = Field(default=None, ge=0, lt=2**31)


class Side(Contract):
    """One end of a doubtful pair, and the case or person that it belongs to now."""

    member: ReviewMember
    entity: UUID
    members: int = Field(description="Menciones o registros de esa persona o caso / its mentions or records")


class Impact(Contract):
    """What would change if the two were one, at least: what follows from it is told by a preview.

    ``figures`` is the sum of the counts that would fall; ``moved`` the members that would change place.
    """

    figures: int
    cases: int
    victims: int
    victimisations: int
    suspects: int
    moved: int
    minors: bool
    offence_families: tuple[OffenceFamily, ...]
    departments: tuple[str, ...]
    years: tuple[int, ...]


class Lease(Contract):
    until: AwareDatetime
    mine: bool


class ReviewItem(Contract):
    """Two cases, or two persons, that may be one, told by the likeliest of the ``pairs`` of their records or
    mentions. ``likely``: the machine holds it likelier than not; more is told by ``judgement``."""

    id: str
    kind: PairKind
    state: ItemState
    a: Side
    b: Side
    pairs: int = Field(description="Pares dudosos entre los dos / doubtful pairs between the two")
    likely: bool
    impact: Impact
    lease: Lease | None
    proposal: UUID | None = Field(description="Decisión que espera a otra persona / decision that waits")
    judgement: str | None = Field(description="Dónde se explica / where it is explained")


class PairDecision(Contract):
    outcome: Outcome
    reason: Reason


class SecondWord(Contract):
    reason: Reason


class SplitRequest(Contract):
    """Each part leaves and is one; what is in no part stays together."""

    parts: Annotated[
        tuple[Annotated[tuple[ReviewMember, ...], Field(min_length=1)], ...],
        Field(min_length=1, max_length=50),
    ]
    reason: Reason


class MergeRequest(Contract):
    other: UUID
    reason: Reason


class ClusterAfter(Contract):
    """A case or person that is other than before. ``id`` is None in a preview for one that is new."""

    kind: PairKind
    id: UUID | None
    was: tuple[UUID, ...] = Field(
        description="De qué identificadores vienen sus miembros / where they come from"
    )
    members: tuple[ReviewMember, ...]


class RedirectAfter(Contract):
    """What becomes of an id. ``to`` is None for a part that is new in a preview, or where nothing is left."""

    kind: PairKind
    event: Literal["merged", "split", "emptied"]
    source: UUID
    to: UUID | None


class FigureChange(Contract):
    """By how much a figure of the statistics changes.

    Whole-country figures have no department and no year and are those of the overview without bounds. By
    ``department`` and ``year`` a case counts where it is and in the year of its first report; a person once
    in each department, in the year of the first report there that names them so.
    """

    unit: Literal["cases", "victims", "victimisations", "suspects"]
    offence_family: OffenceFamily
    level: Literal["country", "department"]
    department: str | None = None
    year: int | None = None
    change: int


class Effect(Contract):
    """What a decision changes. The same whether previewed or done, but for the ids of what is new."""

    cases: int = Field(description="Casos de más o de menos / cases more or fewer")
    persons: int
    clusters: tuple[ClusterAfter, ...] = ()
    redirects: tuple[RedirectAfter, ...] = ()
    figures: tuple[FigureChange, ...] = ()
    supersedes: tuple[UUID, ...] = Field(
        default=(), description="Decisiones anteriores que dejan de regir en algún par / earlier decisions"
    )


class ReviewWordItem(Contract):
    word: Literal["confirmed", "disputed", "undone"]
    judge: str
    reason: str | None
    effect: Effect | None
    made_at: AwareDatetime


class ReviewDecision(Contract):
    """What a reviewer decided, and what became of it. ``needs_second``: it asks for a second reviewer."""

    id: UUID | None = Field(description="None en una vista previa / None in a preview")
    kind: PairKind
    act: ActKind
    state: ActState
    outcome: Outcome | None
    judge: str
    reason: str | None
    needs_second: bool
    why_second: tuple[Literal["always", "minors", "size", "documents"], ...] = ()
    pairs: int
    resting: int = Field(
        default=0,
        description="Pares con alguien a quien su registro ya no nombra: rigen otra vez cuando lo nombre / "
        "pairs with somebody whom their record names no more: they bind again when it does",
    )
    effect: Effect
    made_at: AwareDatetime | None
    words: tuple[ReviewWordItem, ...] = ()


class Membership(Contract):
    """The members of a case or person. ``version`` changes whenever they do: send it in If-Match."""

    kind: PairKind
    id: UUID
    version: str
    members: tuple[ReviewMember, ...]
