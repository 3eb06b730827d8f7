"""Golden values: which record's word survives, declared attribute by attribute.

Pure. A rule is a preference over statements; nothing is averaged and nothing invented. What the other
records say is kept beside the surviving value as a conflict.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from schemas.registry import Golden, Source, Stated
from schemas.vocabulary import Feed, OffenceFamily

T = TypeVar("T", bound=Hashable)

# Who is believed first. The prosecution establishes the facts; the courts decide the offence.
FACTS = (Feed.SISTRA, Feed.RETA_PNP, Feed.PODER_JUDICIAL, Feed.LINEA_1818)
OFFENCE = (Feed.PODER_JUDICIAL, Feed.SISTRA, Feed.RETA_PNP, Feed.LINEA_1818)
PERSON = (Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.RETA_PNP, Feed.LINEA_1818)


@dataclass(frozen=True, slots=True)
class Statement(Generic[T]):
    """One record's word for one attribute."""

    value: T | None
    source: Source


@dataclass(frozen=True, slots=True)
class Rule:
    """``name`` is told with every answer. ``wins`` makes a value survive whoever states it."""

    name: str
    authority: Sequence[Feed]
    by_majority: bool = False
    wins: Callable[[object], bool] = lambda value: False


RULES: dict[str, Rule] = {
    "offence_family": Rule(
        "trafficking wins; then authority of the offence, recency",
        OFFENCE,
        wins=lambda value: value is OffenceFamily.TRAFFICKING,
    ),
    "offence_code": Rule("authority of the offence, then recency", OFFENCE),
    "facts_date": Rule("authority of the facts, then recency", FACTS),
    "department": Rule("authority of the facts, then recency", FACTS),
    "province": Rule("authority of the facts, then recency", FACTS),
    "district": Rule("authority of the facts, then recency", FACTS),
    "exploitation_place": Rule("authority of the facts, then recency", FACTS),
    "sex": Rule("majority, then authority, then recency", PERSON, by_majority=True),
    "nationality": Rule("majority, then authority, then recency", PERSON, by_majority=True),
    "age_group": Rule("majority, then authority, then recency", PERSON, by_majority=True),
    "minor": Rule("majority, then authority, then recency", PERSON, by_majority=True),
}


def golden(
    rule: Rule, statements: Iterable[Statement[T]], fits: Callable[[T], bool] = lambda value: True
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
    survivor = next((said for said in stated if fits(said.value)), None)
    if survivor is None:
        return Golden[T](value=None, rule=rule.name, conflicts=tuple(stated))
    return Golden[T](
        value=survivor.value,
        rule=rule.name,
        sources=survivor.sources,
        conflicts=tuple(said for said in stated if said is not survivor),
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
    return (not rule.wins(value), votes, best, -newest.timestamp(), str(value))


def _ordered(rule: Rule, sources: list[Source]) -> tuple[Source, ...]:
    return tuple(sorted(sources, key=lambda source: (rule.authority.index(source.feed), *_identity(source))))


def _identity(source: Source) -> tuple[str, str]:
    return (source.feed.value, source.number)
