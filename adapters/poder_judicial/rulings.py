"""Rulings of one expediente and the parties they name by ``ref``."""

import re
from datetime import date

from adapters.poder_judicial.mapping import (
    RULING_FIELDS,
    RULING_PARTY_FIELDS,
    RULING_REQUIRED,
    RULINGS,
)
from adapters.poder_judicial.nodes import Node
from adapters.reading.codes import read_code
from adapters.reading.moments import read_date
from adapters.reading.notes import Cell
from adapters.reading.numbers import read_count
from schemas.observations import Mention, Ruling, RulingParty
from schemas.translation import IssueCode

_SOLES = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_HIGHEST_INSTANCE = 9


def read_rulings(node: Node, mentions: tuple[Mention, ...], today: date) -> tuple[Ruling, ...]:
    """In the order given; a ruling of unknown type is left out, with a warning."""
    orders = frozenset(mention.order for mention in mentions)
    read = (_read_ruling(each, orders, today) for each in node.within("resoluciones", "resolucion"))
    return tuple(ruling for ruling in read if ruling is not None)


def _read_ruling(node: Node, orders: frozenset[int], today: date) -> Ruling | None:
    node.check(RULING_FIELDS, RULING_REQUIRED, several=("parte",))
    fields = node.fields
    kind = read_code(fields.cell("@tipo"), RULINGS)
    parties = tuple(party for each in node.all("parte") if (party := _read_party(each, orders)) is not None)
    day, instance = read_date(fields.cell("@fecha"), today), _read_instance(fields.cell("@instancia"))
    return Ruling(type=kind, instance=instance, date=day, parties=parties) if kind is not None else None


def _read_instance(cell: Cell) -> int | None:
    instance = read_count(cell)
    if instance is not None and not 1 <= instance <= _HIGHEST_INSTANCE:
        cell.warn(IssueCode.VALUE_UNKNOWN)
        return None
    return instance


def _read_party(node: Node, orders: frozenset[int]) -> RulingParty | None:
    node.check(RULING_PARTY_FIELDS, {"@ref"})
    fields = node.fields
    reference = fields.cell("@ref")
    digits = reference.text if len(reference.text) <= 6 and reference.text.isascii() else ""
    order = int(digits) if digits.isdigit() else 0
    if order not in orders:
        reference.warn(IssueCode.REFERENCE_UNKNOWN)
        return None
    return RulingParty(
        order=order,
        sentence_months=read_count(fields.cell("@penaMeses")),
        reparation=_read_soles(fields.cell("@reparacion")),
    )


def _read_soles(cell: Cell) -> str | None:
    if cell.known is None:
        return None
    if not _SOLES.fullmatch(cell.text):
        cell.warn(IssueCode.NUMBER_UNREADABLE)
        return None
    return cell.text
