"""Matching: blind keys, the ledger of judgements, and the partition computed from it."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class MentionKey(Base):
    """A keyed blind index (HMAC-SHA-256, 63 bits): mentions that share one are compared."""

    __tablename__ = "mention_key"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    mention_id: Mapped[int] = mapped_column(
        ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class RecordKey(Base):
    """As ``mention_key``, of whole records: own number, cited numbers, facts date and district."""

    __tablename__ = "record_key"

    key: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    record_id: Mapped[int] = mapped_column(
        ForeignKey("record.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class LinkDirty(Base):
    """Records changed since they were last linked; the linker empties it in the transaction that links.

    Whoever changes a record writes its row with ``ON CONFLICT (record_id) DO UPDATE SET since = now()``, also
    where there is one: the linker deletes a row only in the version it saw before it read the record.
    """

    __tablename__ = "link_dirty"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True, autoincrement=False)
    since: Mapped[Now]


class Judgement(Base):
    """The ledger: who or which model judged a pair, when, why. Superseded by a later row, never edited."""

    __tablename__ = "judgement"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("outcome IN ('same', 'unsure', 'different', 'withdrawn')", name="outcome"),
        CheckConstraint("a < b", name="ordered"),
        Index("ix_judgement_kind_a_b", "kind", "a", "b"),
        # The few decisions of reviewers are looked up at every linking, among the many of the machine.
        Index("ix_judgement_decision_a", "kind", "a", postgresql_where=text("judge <> 'machine'")),
        Index("ix_judgement_decision_b", "kind", "b", postgresql_where=text("judge <> 'machine'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    a: Mapped[int] = mapped_column(BigInteger)  # mention ids (person) or record ids (case)
    b: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    weight: Mapped[float | None] = mapped_column(Double)  # bits
    probability: Mapped[float | None] = mapped_column(Double)
    model: Mapped[str | None]  # version of model and policy; None for a person's decision
    judge: Mapped[str]  # "machine" or the reviewer
    reason: Mapped[str | None]
    made_at: Mapped[Now]
    act_id: Mapped[UUID | None]  # of the reviewer's act, whose reason is sealed; see ``ReviewAct``


class Edge(Base):
    """Candidates at or above the lower threshold: what components and clusters are computed from.

    ``weight`` is the pair's own; ``outcome`` and ``probability`` are what the machine says of it once rivals
    and clusters are known, and the same as in the pair's latest row of the ledger.
    """

    __tablename__ = "edge"
    __table_args__ = (
        CheckConstraint("outcome IN ('same', 'unsure')", name="outcome"),
        Index("ix_edge_kind_b", "kind", "b"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    b: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    weight: Mapped[float] = mapped_column(Double)  # bits, context included
    outcome: Mapped[str | None]  # None: below the lower threshold once rivals are counted
    probability: Mapped[float | None] = mapped_column(Double)


class Pin(Base):
    """The ledger of what reviewers pinned: who, when, why. The latest row of a member and attribute stands.

    It belongs to a member (record id of a case, mention id of a person) and so outlives every grouping.
    """

    __tablename__ = "pin"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("act IN ('pinned', 'withdrawn')", name="act"),
        CheckConstraint("act = 'pinned' OR value IS NULL", name="withdrawn_says_nothing"),
        CheckConstraint(
            "attribute NOT IN ('names', 'document', 'birth_date', 'alias') OR value IS NULL",
            name="no_identity",
        ),
        Index("ix_pin_kind_member_attribute", "kind", "member", "attribute"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    member: Mapped[int] = mapped_column(BigInteger)
    attribute: Mapped[str]
    act: Mapped[str]
    value: Mapped[str | None]  # None: what the member says, now and later
    judge: Mapped[str]
    reason: Mapped[bytes] = mapped_column(LargeBinary)  # sealed with the record's key
    made_at: Mapped[Now]


class CaseEntity(Base):
    """A reconciled case: a stable id and what lists filter by, computed from its reports."""

    __tablename__ = "case_entity"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)  # order of birth, for pages
    offence_family: Mapped[str]
    offence_conflict: Mapped[bool]  # its reports name different families
    first_date: Mapped[date | None]  # facts, else earliest report
    facts_date: Mapped[date | None]  # that survived; None where no record states one
    department: Mapped[str | None] = mapped_column(String(2))
    province: Mapped[str | None] = mapped_column(String(4))
    exploitation_place: Mapped[str | None]
    stage: Mapped[str | None]  # furthest stage reached
    feeds: Mapped[int] = mapped_column(
        SmallInteger
    )  # bits: 8 linea-1818, 4 reta-pnp, 2 sistra, 1 poder-judicial
    reports: Mapped[int] = mapped_column(SmallInteger)
    victims: Mapped[int] = mapped_column(SmallInteger)
    suspects: Mapped[int] = mapped_column(SmallInteger)
    made_at: Mapped[Now]
    changed_at: Mapped[Now]


class CaseMember(Base):
    """No foreign key: its check would lock the record's row, which a writer that waits for us may hold."""

    __tablename__ = "case_member"

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    case_id: Mapped[UUID] = mapped_column(index=True)


class PersonEntity(Base):
    """A reconciled person: a stable id and nothing else; who they are is in their mentions."""

    __tablename__ = "person_entity"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)
    made_at: Mapped[Now]
    changed_at: Mapped[Now]


class PersonMember(Base):
    """No foreign key, for the reason given at ``CaseMember``."""

    __tablename__ = "person_member"

    mention_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[UUID] = mapped_column(index=True)


class PersonCase(Base):
    """What figures tell a person by in one case, computed from their mentions: a row for each case that names
    them. Sex and nationality are of all their mentions, the same in every row. No foreign key, as above."""

    __tablename__ = "person_case"

    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    sex: Mapped[str | None]
    nationality: Mapped[str | None] = mapped_column(String(3))
    age_group: Mapped[str | None]  # schemas.registry.AgeGroup, at the facts of the case
    minor: Mapped[bool | None]  # under 18 at the facts
    relation: Mapped[str | None]  # of a suspect to the victim


class Redirect(Base):
    """What became of an id: merged into another, split into several, or left without members."""

    __tablename__ = "redirect"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("event IN ('merged', 'split', 'emptied')", name="event"),
        Index("ix_redirect_from_id", "from_id"),
        Index("ix_redirect_to_id", "to_id"),  # which ids were merged into this one
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    event: Mapped[str]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID | None]
    at: Mapped[Now]


class FormerMember(Base):
    """Whoever an id that stands for nothing today stood for at its end. So it is known where they are now,
    and which cluster is the one that bore it. Gone once the id stands again."""

    __tablename__ = "former_member"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        UniqueConstraint("entity_id", "member"),
        Index("ix_former_member_kind_member", "kind", "member"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)  # order of ending
    kind: Mapped[str]
    entity_id: Mapped[UUID]
    member: Mapped[int] = mapped_column(BigInteger)


class Change(Base):
    """The ordered feed of what changed. Positions are handed out under a lock held until commit: no gap,
    and no lower position ever appears after a higher one was seen."""

    __tablename__ = "change"
    __table_args__ = (CheckConstraint("kind IN ('person', 'case', 'record')", name="kind"),)

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str]
    event: Mapped[str]  # created, updated, merged, split, emptied
    entity_id: Mapped[str]
    at: Mapped[Now]


class ChangeCursor(Base):
    """One row: the last position handed out."""

    __tablename__ = "change_cursor"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(BigInteger, server_default="0")


class LinkState(Base):
    """One row: the model and policy that the whole partition was computed with."""

    __tablename__ = "link_state"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    model: Mapped[str]
    rebuilt_at: Mapped[Now]
    blocking: Mapped[str | None]  # the rules that candidates were found by; NULL: older than their versions
