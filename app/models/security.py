"""Who may call."""

from datetime import datetime

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class Client(Base):
    """A machine client. Only the demo gives it a secret, kept as an argon2id hash.

    ``role`` is the described role that it was made with, for people; what it may do are its scopes.
    ``feed`` or ``department`` is its row scope: the only rows it sees, whatever its scopes.
    """

    __tablename__ = "client"
    __table_args__ = (
        CheckConstraint("feed IS NULL OR department IS NULL", name="one_row_scope"),
        CheckConstraint("officer_proof IN ('optional', 'required')", name="officer_proof"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[str | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    role: Mapped[str | None]
    feed: Mapped[str | None]
    department: Mapped[str | None] = mapped_column(String(2))
    made_at: Mapped[Now]
    disabled_at: Mapped[datetime | None]
    officer_proof: Mapped[str] = mapped_column(server_default=text("'optional'"))


class ClientCredential(Base):
    """By what a client is known: a public key, or what its certificate must show. Nothing here is secret.
    An ``officer_key`` opens nothing by itself: it speaks for the client's officers, or for ``officer``."""

    __tablename__ = "client_credential"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('key', 'certificate', 'subject_dn', 'san_dns', 'officer_key')", name="kind"
        ),
        CheckConstraint("officer IS NULL OR kind = 'officer_key'", name="officer"),
    )

    client_id: Mapped[str] = mapped_column(ForeignKey("client.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)  # of a key: the kid that its assertions name
    kind: Mapped[str]
    officer: Mapped[str | None]
    material: Mapped[str]  # key: its public JWK; certificate: SHA-256 in base64url; else the name itself
    made_at: Mapped[Now]


class SingleUse(Base):
    """What may be shown once only (assertions, proofs), as digests, until it would be too old anyway."""

    __tablename__ = "single_use"
    __table_args__ = (Index("ix_single_use_expires_at", "expires_at"),)

    digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    expires_at: Mapped[datetime]


class RevokedToken(Base):
    """A token taken back before its end; kept until it would have ended."""

    __tablename__ = "revoked_token"
    __table_args__ = (Index("ix_revoked_token_expires_at", "expires_at"),)

    token_id: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime]


class Installation(Base):
    """One row: which keys this database was sealed with, as a fingerprint that tells nothing of them."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    keys_fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Now]
