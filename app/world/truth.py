"""Rows of the truth, in the shape of ``links export``."""

from collections.abc import Iterator
from typing import NamedTuple

from app.world.records import History
from schemas.vocabulary import Role


class TruthRow(NamedTuple):
    """One mention, or one record where role, order and person are empty; ``case`` empty: of no case."""

    feed: str
    record: str
    order: str
    role: str
    case: str
    person: str


def truth_rows(history: History) -> Iterator[TruthRow]:
    """None for a record that does not stand."""
    if not history.stands:
        return
    record = history.final
    feed, number = record.feed.value, record.number.strip().upper()
    case = f"C{record.case}" if record.case else ""
    yield TruthRow(feed, number, "", "", case, "")
    for said in record.people:
        if said.person and said.role in (Role.VICTIM, Role.SUSPECT):
            yield TruthRow(feed, number, str(said.order), said.role.value, case, f"P{said.person}")
