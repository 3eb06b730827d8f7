"""What the statistics keep of their own."""

from sqlalchemy import BigInteger, CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Now


class StatisticsCube(Base):
    """One row: how often it was asked that every process read all its facts anew."""

    __tablename__ = "statistics_cube"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(BigInteger, server_default="0")
    asked_at: Mapped[Now]
