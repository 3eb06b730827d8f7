"""Review: what is doubtful, who holds it, what reviewers decided, and the words said on it since."""

from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, ForeignKey, Identity, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Instant, Now


class ReviewItem(Base):
    """Two cases, or two persons, that may be one: a row of the queue, computed from edges and members by
    every transaction that changes what it is made of. See ``app.reconciliation.review_items``.

    ``a`` and ``b`` are the most probable of the ``pairs`` of records or mentions between the two.
    """

    __tablename__ = "review_item"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("a < b", name="ordered"),
        CheckConstraint("state IN ('open', 'proposed', 'put_aside')", name="state"),
        Index("ix_review_item_state_rank_kind_a_b", "state", "rank", "kind", "a", "b"),
        Index("ix_review_item_ours", "ours"),
        Index("ix_review_item_theirs", "theirs"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    b: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    ours: Mapped[UUID]  # case or person of ``a``
    theirs: Mapped[UUID]
    pairs: Mapped[int]
    likely: Mapped[bool]  # one of them is likelier than not
    state: Mapped[str]
    proposal: Mapped[UUID | None]  # the act that waits for a second reviewer
    rank: Mapped[int] = mapped_column(BigInteger)  # the order of the queue: less is earlier
    cases: Mapped[int]  # counts that would fall if the two were one
    victims: Mapped[int]
    victimisations: Mapped[int]
    suspects: Mapped[int]
    moved: Mapped[int]  # members that would change place
    minors: Mapped[bool]
    families: Mapped[list[str]] = mapped_column(ARRAY(Text))
    departments: Mapped[list[str]] = mapped_column(ARRAY(Text))
    years: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    feeds: Mapped[list[str]] = mapped_column(ARRAY(Text))


class ReviewClaim(Base):
    """A lease on a doubtful pair: one row for a pair, so that two never hold it. Past ``expires_at`` anybody
    may take it over."""

    __tablename__ = "review_claim"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("a < b", name="ordered"),
    )

    kind: Mapped[str] = mapped_column(primary_key=True)
    a: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    b: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    holder: Mapped[str]
    claimed_at: Mapped[Instant]
    expires_at: Mapped[Instant]


class ReviewAct(Base):
    """What one reviewer decided at one time. Append-only: what became of it is said by ``review_word``.

    It stands from the start; or, where ``why_second`` says why another must speak too, from the word
    ``confirmed`` on.
    """

    __tablename__ = "review_act"
    __table_args__ = (
        CheckConstraint("kind IN ('person', 'case')", name="kind"),
        CheckConstraint("act IN ('pair', 'split', 'merge')", name="act"),
        CheckConstraint(
            "outcome IN ('same', 'different', 'unsure') AND act = 'pair' "
            "OR outcome IS NULL AND act <> 'pair'",
            name="outcome",
        ),
        Index("ix_review_act_digest", "digest"),
        # Those that take two are few: the pages of what waits walk them alone.
        Index("ix_review_act_second", "number", postgresql_where=text("cardinality(why_second) > 0")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(), unique=True)  # order of making, for pages
    kind: Mapped[str]
    act: Mapped[str]
    outcome: Mapped[str | None]  # of a pair
    judge: Mapped[str]
    why_second: Mapped[list[str]] = mapped_column(ARRAY(Text))  # empty: one reviewer is enough
    digest: Mapped[bytes]  # of who asked for what: the same request again is the same act
    effect: Mapped[dict[str, Any]] = mapped_column(JSONB)  # as told to the reviewer; no identity
    made_at: Mapped[Now]


class ReviewPair(Base):
    """The pairs of the ledger that an act speaks of."""

    __tablename__ = "review_pair"
    __table_args__ = (
        CheckConstraint("a < b", name="ordered"),
        CheckConstraint("outcome IN ('same', 'different', 'unsure')", name="outcome"),
        Index("ix_review_pair_a_b", "a", "b"),
        Index("ix_review_pair_b", "b"),
    )

    act_id: Mapped[UUID] = mapped_column(ForeignKey("review_act.id"), primary_key=True)
    a: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    b: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    outcome: Mapped[str]


class ReviewWord(Base):
    """What was said of an act after it was made: a second reviewer's word, or that it is undone."""

    __tablename__ = "review_word"
    __table_args__ = (
        CheckConstraint("word IN ('confirmed', 'disputed', 'undone')", name="word"),
        Index("uq_review_word_settled", "act_id", unique=True, postgresql_where=text("word <> 'undone'")),
        Index("ix_review_word_word", "word"),
    )

    act_id: Mapped[UUID] = mapped_column(ForeignKey("review_act.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    judge: Mapped[str]
    effect: Mapped[dict[str, Any]] = mapped_column(JSONB)
    made_at: Mapped[Now]


class ReviewReason(Base):
    """Free text of a reviewer, which may name a person: sealed under a key of its own, which erasure deletes.

    ``word`` is "made" for the reason of the act itself.
    """

    __tablename__ = "review_reason"
    __table_args__ = (CheckConstraint("word IN ('made', 'confirmed', 'disputed', 'undone')", name="word"),)

    act_id: Mapped[UUID] = mapped_column(ForeignKey("review_act.id"), primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)
    data_key: Mapped[bytes]
    reason: Mapped[bytes]
