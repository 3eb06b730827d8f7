"""What makes a mention hard, said of the true world: the slices that the evaluator reports by."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from app.world.records import History, SaidPerson, SaidRecord
from schemas.identifiers import citation_key, own_citation_key
from schemas.vocabulary import Feed, Role


class Trait(StrEnum):
    INITIALS = "initials"  # initials only
    KEY = "key"  # protected key, no name
    UNIDENTIFIED = "unidentified"  # NN, with or without an alias
    PARTIAL_NAME = "partial_name"  # no surname (calls)
    NO_DOCUMENT = "no_document"
    CITED = "cited"  # the record rightly cites one of its case, or is cited by one


class TraitRow(NamedTuple):
    feed: str
    record: str
    order: str
    role: str
    traits: str  # separated by spaces


def trait_rows(histories: list[History]) -> Iterator[TraitRow]:
    """Of all records of one case."""
    standing = [history.final for history in histories if history.stands]
    connected = _connected(standing)
    for record in standing:
        cited = (record.feed, record.number) in connected
        for said in record.people:
            if said.person and said.role in (Role.VICTIM, Role.SUSPECT):
                traits = " ".join(_traits(said) + ([Trait.CITED] if cited else []))
                number = record.number.strip().upper()
                yield TraitRow(record.feed.value, number, str(said.order), said.role.value, traits)


def _traits(said: SaidPerson) -> list[str]:
    found: list[str] = []
    if said.initials is not None:
        found.append(Trait.INITIALS)
    elif said.protected_key is not None:
        found.append(Trait.KEY)
    elif said.given is None and said.paternal is None:
        found.append(Trait.UNIDENTIFIED)
    elif said.paternal is None:
        found.append(Trait.PARTIAL_NAME)
    if said.document is None:
        found.append(Trait.NO_DOCUMENT)
    return found


def _connected(records: list[SaidRecord]) -> set[tuple[Feed, str]]:
    own = {(r.feed, own_citation_key(r.feed, r.number)): r for r in records if r.case}
    found: set[tuple[Feed, str]] = set()
    for record in records:
        for citation in record.citations:
            other = own.get((citation.feed, citation_key(citation.feed, citation.text) or ""))
            if other is not None and other is not record:
                found.add((record.feed, record.number))
                found.add((other.feed, other.number))
    return found
