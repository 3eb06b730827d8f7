"""Who a person is, as far as records agree: names, document, date of birth, alias, each by its rule. Pure.

For who may see identities only. Every value is one that a record states, whole: names are never put together
out of two records.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.registry.pins.holding import Row
from app.registry.survivorship import RULES, Pinned, Statement, golden
from schemas.observations import Identity
from schemas.registry import Golden, PinMark, Source


def _names(who: Identity) -> tuple[str, str, str] | None:
    """In capitals, since that is no difference; None where no part is stated."""
    parts = tuple(" ".join((part or "").upper().split()) for part in (who.paternal, who.maternal, who.given))
    return (parts[0], parts[1], parts[2]) if any(parts) else None


_READERS: Final[Mapping[str, Callable[[Identity], Any]]] = {
    "names": _names,
    "document": lambda who: (who.document.type.value, who.document.number) if who.document else None,
    "birth_date": lambda who: who.birth_date,
    "alias": lambda who: who.alias.upper() if who.alias else None,
}


@dataclass(frozen=True, slots=True)
class Named:
    """What one mention says of who it is."""

    mention_id: int
    source: Source
    identity: Identity = field(repr=False)


def golden_identity(mentions: Sequence[Named], pins: Iterable[Row]) -> dict[str, Golden[Any]]:
    """``names`` as (paternal, maternal, given), ``document`` as (type, number), ``birth_date``, ``alias``.

    ``pins``: the standing ones of the mentions (id, member, attribute, made_at): of each attribute the latest
    whose mention states it holds.
    """
    standing = sorted(pins, key=lambda pin: -pin["id"])
    return {name: _golden(name, read, mentions, standing) for name, read in _READERS.items()}


def _golden(
    name: str, read: Callable[[Identity], Any], mentions: Sequence[Named], pins: Sequence[Row]
) -> Golden[Any]:
    said = {each.mention_id: read(each.identity) for each in mentions}
    pinned = next(
        (
            Pinned(said[pin["member"]], PinMark(id=pin["id"], at=pin["made_at"], contradicted=False))
            for pin in pins
            if pin["attribute"] == name and said.get(pin["member"]) is not None
        ),
        None,
    )
    statements = [Statement(said[each.mention_id], each.source) for each in mentions]
    return golden(RULES[name], statements, pinned=pinned)
