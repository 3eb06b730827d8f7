"""Which mentions and which records are worth comparing: one declaration, used online, in the batch and by
Splink.

A rule gives a mention or a record values; two that share a value under one rule are candidates. There is
no top-k, so candidates depend on nothing else that is held. Values are texts: whoever stores them hashes
them with the keyed blind index, the rule's name as label. Who changes a rule changes ``VERSION``: keys that
are kept are made anew by the next run over everything.

A name that many bear is no selection. How many is asked of the model's population table, never of what is
held. Names alone are a block only where they are so rare that by themselves they reach the lower threshold:
else they could bring a pair nowhere, as across departments they are for a reviewer at best. Half a name is
never a block by itself. What is commoner is sought in one department or at one age, then in both or in one
year, until few enough are expected: a QUISPE of Lima is compared with no more than a rare surname of Tacna.
"""

import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final, NamedTuple

from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.names import surname_core
from app.reconciliation.phonetic import sound
from schemas.vocabulary import Feed

VERSION: Final = "2026.12b"

_WEEK = 7
_LARGEST_PROVINCES = frozenset({"1501", "0701"})  # the date and the province alone would be no selection
_WINDOW = 1096  # of birth, three years in days
_YEAR = 365
_HALF = 4  # digits: the shorter half of a DNI
# Expected shares of mentions. Names rarer than the first reach the lower threshold by themselves (20 bits); a
# block of commoner ones that is expected to hold more than the second is divided once more.
_ALONE = 1e-6
_ENOUGH = 6e-7
_TOLD = 5e-6  # as _ENOUGH, of half a name with a date
_OF_WINDOW = 0.2  # of the people whom records name, those born in three years
_OF_LETTER = 0.08  # of one first letter
_OF_TWO_LETTERS = 0.03
_OF_DAY = 0.0004  # of the records held, those of one day
_OF_BIRTHDAY = 0.00018  # of people, those born on one day
_OF_TEN_DAYS = 0.004
_OF_YEAR = 0.15  # of the records held, those of one year
_LARGE = frozenset({"15", "07"})
_OF_LARGE, _OF_OTHERS = 0.3, 0.05  # of the records held, those of one department


def _sounds(kind: str) -> tuple[dict[str, float], float]:
    """Shares of sounds, and that of a sound no name in the table has. Frozen, so that keys never move."""
    source = resources.files("app.reconciliation") / "model" / "population.json"
    table = json.loads(source.read_bytes())
    total: dict[str, float] = {}
    for name, share in table[kind].items():
        key = sound(surname_core(name)) if kind == "surnames" else sound(name)
        total[key] = total.get(key, 0.0) + share
    return total, table["surname_default" if kind == "surnames" else "given_default"]


_SURNAMES, _SURNAME_DEFAULT = _sounds("surnames")
_GIVEN, _GIVEN_DEFAULT = _sounds("given")


def _surname_share(surname_sound: str) -> float:
    return _SURNAMES.get(surname_sound, _SURNAME_DEFAULT)


def _given_share(given_sound: str) -> float:
    return _GIVEN.get(given_sound, _GIVEN_DEFAULT)


class Block(NamedTuple):
    """What a rule says of a mention or a record. ``answers``: it asks for nobody, and is only found."""

    rule: str
    value: str
    answers: bool = False

    def signed(self, key: int) -> int:
        """``key``: what rule and value are hashed to, above zero."""
        return -key if self.answers else key


def shared(blocks: Collection[Block], others: Collection[Block]) -> set[str]:
    """The rules by which two are candidates."""
    answers = {each[:2]: each.answers for each in blocks}
    return {
        other.rule for other in others if other[:2] in answers and not (other.answers and answers[other[:2]])
    }


@dataclass(frozen=True, slots=True)
class Rule:
    """``value`` gives None where the mention has not what the rule needs; ``asks``: who seeks by it."""

    name: str
    value: Callable[[MentionFeatures, ReportFeatures], str | None]
    asks: Callable[[MentionFeatures], bool]


def _join(*parts: str | int | None) -> str | None:
    if any(part is None or part == "" for part in parts):
        return None
    return "|".join(str(part) for part in parts)


def _document(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.document_type, f.document)


def _document_head(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """An edit inside one half of a number leaves the other as it is, its first four digits or its last."""
    return _half(f, slice(_HALF))


def _document_tail(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _half(f, slice(-_HALF, None))


def _half(f: MentionFeatures, half: slice) -> str | None:
    if f.document is None or len(f.document) < 2 * _HALF or f.paternal is None:
        return None
    return _join(f.document_type, f.document[half], f.given_sound, f.paternal[0])


def _department(r: ReportFeatures) -> str | None:
    """Where the facts were, or where the office is."""
    return next(iter(r.departments), None)


def _window(f: MentionFeatures) -> int | None:
    """The middle of the birth interval, in threes of years."""
    if f.birth_lo is None or f.birth_hi is None:
        return None
    return (f.birth_lo + f.birth_hi) // 2 // _WINDOW


# --- names, as fine as they are common --------------------------------------------------------------

Combined = tuple[str, float]  # parts of a name, and the share of people expected to bear them


def _full(f: MentionFeatures) -> Combined | None:
    """Both surnames in either order, and the given name."""
    both = _both(f)
    if both is None or f.given_sound is None:
        return None
    return f"{both[0]}|{f.given_sound}", both[1] * _given_share(f.given_sound)


def _surnames(f: MentionFeatures) -> Combined | None:
    """Both in either order, and the given initial."""
    both = _both(f)
    return None if both is None or not f.given else (f"{both[0]}|{f.given[0][0]}", both[1] * _OF_LETTER)


def _both(f: MentionFeatures) -> Combined | None:
    if f.paternal_sound is None or f.maternal_sound is None:
        return None
    low, high = sorted((f.paternal_sound, f.maternal_sound))
    orders = 1 if low == high else 2
    return f"{low}|{high}", orders * _surname_share(low) * _surname_share(high)


def _paternal(f: MentionFeatures) -> Combined | None:
    """And the given name."""
    return _one(f.paternal_sound, f.given_sound)


def _maternal(f: MentionFeatures) -> Combined | None:
    return _one(f.maternal_sound, f.given_sound)


def _one(surname: str | None, given: str | None) -> Combined | None:
    if surname is None or given is None:
        return None
    return f"{surname}|{given}", _surname_share(surname) * _given_share(given)


def _paternal_and(f: MentionFeatures) -> Combined | None:
    """And how the other surname begins."""
    return _begun(_paternal(f), f.maternal)


def _maternal_and(f: MentionFeatures) -> Combined | None:
    return _begun(_maternal(f), f.paternal)


def _begun(found: Combined | None, other: str | None) -> Combined | None:
    return None if found is None or not other else (f"{found[0]}|{other[:2]}", found[1] * _OF_TWO_LETTERS)


def _no_paternal(f: MentionFeatures) -> bool:
    return f.paternal is None


def _no_maternal(f: MentionFeatures) -> bool:
    return f.maternal is None


def _anybody(_f: MentionFeatures) -> bool:
    return True


def _rules_of(
    name: str,
    parts: Callable[[MentionFeatures], Combined | None],
    rare: float = 0.0,
    asks: Callable[[MentionFeatures], bool] = _anybody,
) -> tuple[Rule, ...]:
    """Those up to ``rare`` are a block. Of others those of one department, and those of one age; where that
    is expected to be too many still, those of one year there, and of one age there."""

    def alone(f: MentionFeatures, _r: ReportFeatures) -> str | None:
        found = parts(f)
        return None if found is None or found[1] > rare else found[0]

    def place(f: MentionFeatures, r: ReportFeatures) -> str | None:
        found, department = parts(f), _department(r)
        if found is None or found[1] <= rare or department is None:
            return None
        if found[1] * _of_department(department) <= _ENOUGH:
            return _join(found[0], department)
        return _join(found[0], department, None if r.report_date is None else r.report_date // _YEAR)

    def born(f: MentionFeatures, r: ReportFeatures) -> str | None:
        found = parts(f)
        if found is None or found[1] <= rare:
            return None
        if found[1] * _OF_WINDOW <= _ENOUGH:
            return _join(found[0], _window(f))
        return _join(found[0], _window(f), _department(r))

    by_itself = (Rule(name, alone, asks),) if rare else ()
    return (*by_itself, Rule(f"{name}_place", place, asks), Rule(f"{name}_birth", born, asks))


def _of_department(code: str) -> float:
    return _OF_LARGE if code in _LARGE else _OF_OTHERS


# --- a day ----------------------------------------------------------------------------------------


def _birth_paternal(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """Of a common surname the given initial too."""
    if f.birth is None or f.paternal_sound is None:
        return None
    if _surname_share(f.paternal_sound) * _OF_BIRTHDAY <= _TOLD:
        return _join(f.birth, f.paternal_sound)
    return _join(f.birth, f.paternal_sound, f.given[0][0] if f.given else None)


def _birth_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """Of a frequent name how the surname begins, too."""
    if f.birth is None or f.given_sound is None:
        return None
    if _given_share(f.given_sound) * _OF_BIRTHDAY <= _TOLD:
        return _join(f.birth, f.given_sound)
    return _join(f.birth, f.given_sound, f.paternal_sound[0] if f.paternal_sound else None)


def _birth_initials(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """The last reading is given initial, paternal, maternal; stated initials are their own reading."""
    return _join(f.birth, f.initials[-1][0] + f.initials[-1][-2:]) if f.initials else None


def _facts_given(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _night(f.given_sound, _given_share, r)


def _facts_paternal(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _night(f.paternal_sound, _surname_share, r)


def _night(name: str | None, share: Callable[[str], float], r: ReportFeatures) -> str | None:
    """A name on the day of the facts, in one department; a common one in one province."""
    department = _department(r)
    if name is None or department is None:
        return None
    few = share(name) * _of_department(department) * _OF_DAY <= _ENOUGH
    return _join(r.facts_date, name, department if few else r.province)


MENTION_RULES = (
    Rule("document", _document, _anybody),
    Rule("document_head", _document_head, _anybody),
    Rule("document_tail", _document_tail, _anybody),
    *_rules_of("names", _full, _ALONE),
    *_rules_of("surnames", _surnames, _ALONE),
    *_rules_of("paternal_given_maternal", _paternal_and, _ALONE / 4),
    *_rules_of("maternal_given_paternal", _maternal_and, _ALONE / 4),
    *_rules_of("paternal_given", _paternal, asks=_no_maternal),
    _rules_of("maternal_given", _maternal, asks=_no_paternal)[0],
    Rule("birth_paternal", _birth_paternal, _anybody),
    Rule("birth_given", _birth_given, _anybody),
    Rule("birth_initials", _birth_initials, _anybody),
    Rule("facts_given", _facts_given, _anybody),
    Rule("facts_paternal", _facts_paternal, _anybody),
)


_CALL_WEEKS = 3  # what a call starts is reported elsewhere within these weeks
_CALL_DAYS = 60
_MONTH = 30


def mention_blocks(f: MentionFeatures, report: ReportFeatures) -> list[Block]:
    """Of one mention. NN and alias-only mentions have none: they are found through their case."""
    if not f.nameable or not report.makes_case:
        return []
    found = ((rule, rule.value(f, report)) for rule in MENTION_RULES)
    blocks = [Block(rule.name, value, not rule.asks(f)) for rule, value in found if value is not None]
    answers = not _no_paternal(f)
    blocks += [Block("reported_given", value, answers) for value in _reported_given(f, report)]
    return blocks


def _reported_given(f: MentionFeatures, report: ReportFeatures) -> Iterator[str]:
    """Partial names, of callers' victims above all: a given name in one department about one time. The
    commoner, the shorter the time; at last in one district. Who has no surname asks."""
    if f.given_sound is None or report.report_date is None:
        return
    for department in report.departments:
        share = _given_share(f.given_sound) * _of_department(department)
        days = _MONTH if share * _OF_TEN_DAYS * 3 <= _TOLD else _MONTH // 3
        name = f.given_sound[:3] if days == _MONTH else f.given_sound
        where = department if share * _OF_TEN_DAYS <= _TOLD else report.district
        if where:
            for period in _periods(report, days, _CALL_DAYS // days):
                yield f"{days}|{period}|{where}|{name}|{f.role}"


def _periods(report: ReportFeatures, days: int, of_calls: int) -> range:
    """Of the report date; a call stands in the following ones too, for what it starts comes later."""
    assert report.report_date is not None
    first = report.report_date // days
    return range(first, first + (of_calls if report.feed == Feed.LINEA_1818 else 1))


def record_blocks(report: ReportFeatures) -> list[Block]:
    """Of one record; empty where it can belong to no case."""
    return list(dict.fromkeys(_record_blocks(report))) if report.joins_case else []


def _record_blocks(report: ReportFeatures) -> Iterator[Block]:
    """A week and a district alone bring a call to what it started: between others they say too little."""
    yield Block("number", f"{report.feed}|{report.citation_key}")
    for feed, key in report.cited:
        yield Block("number", f"{feed}|{key}")
    if report.first_call:
        yield Block("number", f"{report.feed}|{report.first_call}")
    if report.report_date is not None and report.district:
        for week in _periods(report, _WEEK, _CALL_WEEKS):
            yield Block("reported_district", f"{week}|{report.district}", report.feed != Feed.LINEA_1818)
    if report.facts_date is None:
        return
    if report.district:
        yield Block("facts_district", f"{report.facts_date}|{report.district}")
    if report.province and report.province not in _LARGEST_PROVINCES:
        yield Block("facts_province", f"{report.facts_date}|{report.province}")


def splink_blocking_rules() -> list[str]:
    """The same rules for Splink, over the ``block_*`` columns of ``batch_table.feature_table``."""
    names = [*(rule.name for rule in MENTION_RULES), "facts_district", "facts_province"]
    return [f"l.block_{name} = r.block_{name}" for name in names]
