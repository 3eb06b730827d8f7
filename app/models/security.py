"""Who may call."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, LargeBinary, SmallInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class Client(Base):
    """A machine client. Its secret is kept as an argon2id hash.

    ``role`` is the described role that it was made with, for people; what it may do are its scopes.
    ``feed`` or ``department`` is its row scope: the only rows it sees, whatever its scopes.
    """

    __tablename__ = "client"
    __table_args__ = (CheckConstraint("feed IS NULL OR department IS NULL", name="one_row_scope"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    role: Mapped[str | None]
    feed: Mapped[str | None]
    department: Mapped[str | None] = mapped_column(String(2))
    made_at: Mapped[Now]
    disabled_at: Mapped[datetime | None]


class Installation(Base):
    """One row: which keys this database was sealed with, as a fingerprint that tells nothing of them."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    keys_fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[Now]
