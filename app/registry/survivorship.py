"""Golden values: which record's word survives, declared attribute by attribute.

Pure. A rule is a preference over statements; nothing is averaged and nothing invented. What the other
records say is kept beside the surviving value as a conflict. A reviewer's pin outweighs every rule.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from app.reconciliation.projection import STAGE_ORDER
from schemas.pins import CaseAttribute, PersonAttribute
from schemas.registry import Golden, PinMark, Source, Stated
from schemas.vocabulary import DocumentType, Feed, OffenceFamily, Stage

T = TypeVar("T", bound=Hashable)

# Who is believed first. The prosecution establishes the facts; the courts decide the offence.
FACTS: Final = (Feed.SISTRA, Feed.RETA_PNP, Feed.PODER_JUDICIAL, Feed.LINEA_1818)
OFFENCE: Final = (Feed.PODER_JUDICIAL, Feed.SISTRA, Feed.RETA_PNP, Feed.LINEA_1818)
PERSON: Final = (Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.RETA_PNP, Feed.LINEA_1818)


class Of(StrEnum):
    """What an attribute is told of."""

    CASE = "case"
    PERSON = "person"
    IDENTITY = "identity"  # sealed: told to nobody but who may see identities


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """One record's word for one attribute."""

    value: T | None
    source: Source


@dataclass(frozen=True, slots=True)
class Rule:
    """``name`` is told with every answer. Asked in order: what wins whoever states it, how complete a value
    is, how many state it, who states it, how late; what is still equal goes by the value itself.

    ``pinned_as``: the attribute that a reviewer pins to settle this one. ``every``: nothing is chosen, all
    values are kept.
    """

    name: str
    of: Of
    authority: Sequence[Feed]
    by_majority: bool = False
    wins: Callable[[object], bool] = lambda value: False
    completeness: Callable[[object], float] = lambda value: 0.0
    every: bool = False
    pinned_as: CaseAttribute | PersonAttribute | None = None


_BY_FACTS: Final = "authority of the facts, then recency"
_BY_MAJORITY: Final = "majority, then authority, then recency"
_DOCUMENTS: Final = tuple(DocumentType)  # in the order in which they are believed


def _furthest(stage: object) -> float:
    return float(STAGE_ORDER.index(Stage(str(stage))))


def _name_parts(name: object) -> float:
    """Names are (paternal, maternal, given): how many are stated, then how much of them."""
    parts = name if isinstance(name, tuple) else ()
    stated = [str(part) for part in parts if part]
    return len(stated) + min(sum(map(len, stated)), 999) / 1000


def _document_type(document: object) -> float:
    """A document is (type, number)."""
    kind = DocumentType(document[0]) if isinstance(document, tuple) else None
    return -float(_DOCUMENTS.index(kind)) if kind is not None else -float(len(_DOCUMENTS))


RULES: Final[Mapping[str, Rule]] = {
    "offence_family": Rule(
        "trafficking wins; then authority of the offence, recency",
        Of.CASE,
        OFFENCE,
        wins=lambda value: value is OffenceFamily.TRAFFICKING,
        pinned_as=CaseAttribute.OFFENCE_FAMILY,
    ),
    "offence_code": Rule("authority of the offence, then recency", Of.CASE, OFFENCE),
    "facts_date": Rule(_BY_FACTS, Of.CASE, FACTS, pinned_as=CaseAttribute.FACTS_DATE),
    "department": Rule(_BY_FACTS, Of.CASE, FACTS, pinned_as=CaseAttribute.PLACE),
    "province": Rule(_BY_FACTS, Of.CASE, FACTS, pinned_as=CaseAttribute.PLACE),
    "district": Rule(_BY_FACTS, Of.CASE, FACTS, pinned_as=CaseAttribute.PLACE),
    "exploitation_place": Rule(_BY_FACTS, Of.CASE, FACTS, pinned_as=CaseAttribute.EXPLOITATION_PLACE),
    "stage": Rule(
        "the furthest reached", Of.CASE, OFFENCE, completeness=_furthest, pinned_as=CaseAttribute.STAGE
    ),
    "purposes": Rule("every one that is stated", Of.CASE, FACTS, every=True),
    "recruitment": Rule("every one that is stated", Of.CASE, FACTS, every=True),
    "sex": Rule(_BY_MAJORITY, Of.PERSON, PERSON, by_majority=True, pinned_as=PersonAttribute.SEX),
    "nationality": Rule(
        _BY_MAJORITY, Of.PERSON, PERSON, by_majority=True, pinned_as=PersonAttribute.NATIONALITY
    ),
    "age_group": Rule(_BY_MAJORITY, Of.PERSON, PERSON, by_majority=True, pinned_as=PersonAttribute.AGE_GROUP),
    "minor": Rule(_BY_MAJORITY, Of.PERSON, PERSON, by_majority=True, pinned_as=PersonAttribute.AGE_GROUP),
    "relation": Rule(
        "authority of the person, then recency", Of.PERSON, PERSON, pinned_as=PersonAttribute.RELATION
    ),
    "names": Rule(
        "the most complete, then authority, then recency",
        Of.IDENTITY,
        PERSON,
        completeness=_name_parts,
        pinned_as=PersonAttribute.NAMES,
    ),
    "document": Rule(
        "national before foreign, then majority, authority, recency",
        Of.IDENTITY,
        PERSON,
        by_majority=True,
        completeness=_document_type,
        pinned_as=PersonAttribute.DOCUMENT,
    ),
    "birth_date": Rule(
        _BY_MAJORITY, Of.IDENTITY, PERSON, by_majority=True, pinned_as=PersonAttribute.BIRTH_DATE
    ),
    "alias": Rule(_BY_MAJORITY, Of.IDENTITY, PERSON, by_majority=True, pinned_as=PersonAttribute.ALIAS),
}
"""Every attribute that is told of a case or a person, and how its value survives."""


@dataclass(frozen=True, slots=True)
class Pinned(Generic[T]):
    """The value that a reviewer's pin gives an attribute."""

    value: T
    mark: PinMark


def golden(
    rule: Rule,
    statements: Iterable[Statement[T]],
    fits: Callable[[T], bool] = lambda value: True,
    pinned: Pinned[T] | None = None,
) -> Golden[T]:
    """The surviving value with its sources, and the other values as conflicts. Unknown is no statement.

    A value that does not fit what survived elsewhere (a district of another department) is only a conflict.
    """
    by_value: dict[T, list[Source]] = {}
    for statement in statements:
        if statement.value is not None:
            by_value.setdefault(statement.value, []).append(statement.source)
    ranked = sorted(by_value, key=lambda value: _rank(rule, value, by_value[value]))
    stated = [Stated[T](value=value, sources=_ordered(rule, by_value[value])) for value in ranked]
    if pinned is not None:
        return _as_pinned(rule, stated, pinned)
    survivor = next((said for said in stated if fits(said.value)), None)
    if survivor is None:
        return Golden[T](value=None, rule=rule.name, conflicts=tuple(stated))
    return Golden[T](
        value=survivor.value,
        rule=rule.name,
        sources=survivor.sources,
        conflicts=tuple(said for said in stated if said is not survivor),
    )


def _as_pinned(rule: Rule, stated: Sequence[Stated[T]], pinned: Pinned[T]) -> Golden[T]:
    agreeing = next((said for said in stated if said.value == pinned.value), None)
    contradicted = bool(stated) and agreeing is None
    return Golden[T](
        value=pinned.value,
        rule=rule.name,
        sources=agreeing.sources if agreeing else (),
        conflicts=tuple(said for said in stated if said is not agreeing),
        pin=pinned.mark.model_copy(update={"contradicted": contradicted}),
    )


def union(statements: Iterable[Statement[Sequence[T]]]) -> tuple[Stated[T], ...]:
    """Every stated value of a multi-valued attribute, in order of the word."""
    by_value: dict[T, list[Source]] = {}
    for statement in statements:
        for value in statement.value or ():
            by_value.setdefault(value, []).append(statement.source)
    return tuple(
        Stated[T](value=value, sources=tuple(sorted(by_value[value], key=_identity)))
        for value in sorted(by_value, key=str)
    )


def _rank(rule: Rule, value: Hashable, sources: list[Source]) -> tuple[object, ...]:
    best = min(rule.authority.index(source.feed) for source in sources)
    newest = max(source.stamp for source in sources if rule.authority.index(source.feed) == best)
    votes = -len(sources) if rule.by_majority else 0
    return (
        not rule.wins(value),
        -rule.completeness(value),
        votes,
        best,
        -newest.timestamp(),
        str(value),
    )


def _ordered(rule: Rule, sources: list[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda source: (rule.authority.index(source.feed), *_identity(source))))


def _identity(source: Source) -> tuple[str, str, float]:
    return (source.feed.value, source.number, source.stamp.timestamp())
