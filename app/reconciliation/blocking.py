"""Which mentions and which records are worth comparing: one declaration, used online, in the batch and by
Splink.

A rule gives a mention or a record values; two that share a value under one rule are candidates. There is
no top-k, so candidates depend on nothing else that is held. Values are texts: whoever stores them hashes
them with the keyed blind index, the rule's name as label. Who changes a rule changes ``VERSION``: keys that
are kept are made anew by the next run over everything.

A name that many bear is no selection. How many is asked of the model's population table, never of what is
held: by its expected share a combination of names is rare (the names alone are a block), uncommon or common
(the names and one or two more things), so that a QUISPE of Lima is compared with about as many as a rare
surname of Tacna. What remains of common ones grows with the registry by the share of its finest block.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Final

from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.names import surname_core
from app.reconciliation.phonetic import sound
from schemas.vocabulary import Feed

VERSION: Final = "2026.11b"

_WEEK = 7
_LARGEST_PROVINCES = frozenset({"1501", "0701"})  # the date and the province alone would be no selection
_YEARS_OF_BIRTH = 1461  # four, in days
_YEAR = 365
# Expected shares of mentions, the limits of the classes: two and twenty in a million bear the names.
_RARE = 2e-6
_UNCOMMON = 2e-5
_FREQUENT_GIVEN = 0.0012  # share of one given name, from which a month of a department is no selection


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


@dataclass(frozen=True, slots=True)
class Rule:
    """``value`` gives None where the mention has not what the rule asks for."""

    name: str
    value: Callable[[MentionFeatures, ReportFeatures], str | None]


def _join(*parts: str | int | None) -> str | None:
    if any(part is None or part == "" for part in parts):
        return None
    return "|".join(str(part) for part in parts)


def _document(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.document_type, f.document)


# --- both surnames, in either order ----------------------------------------------------------------


def _both(f: MentionFeatures) -> tuple[str, str] | None:
    if f.paternal_sound is None or f.maternal_sound is None or not f.given:
        return None
    low, high = sorted((f.paternal_sound, f.maternal_sound))
    return low, high


def _many(both: tuple[str, str]) -> bool:
    return _surname_share(both[0]) * _surname_share(both[1]) > _UNCOMMON


def _surnames(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """And the given initial."""
    both = _both(f)
    return None if both is None or _many(both) else _join(*both, f.given[0][0])


def _surnames_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    both = _both(f)
    return None if both is None or not _many(both) else _join(*both, f.given_sound)


def _surnames_birth(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    both = _both(f)
    return None if both is None or not _many(both) else _join(*both, f.given[0][0], _birth_years(f))


# --- a surname and a given name -------------------------------------------------------------------


def _share(surname: str | None, given: str | None) -> float | None:
    """Expected, of the two together; None where one is missing."""
    if surname is None or given is None:
        return None
    return _surname_share(surname) * _given_share(given)


def _birth_years(f: MentionFeatures) -> int | None:
    """The middle of the birth interval, in fours of years."""
    if f.birth_lo is None or f.birth_hi is None:
        return None
    return (f.birth_lo + f.birth_hi) // 2 // _YEARS_OF_BIRTH


def _department(r: ReportFeatures) -> str | None:
    """Where the facts were, or where the office is."""
    return next(iter(r.departments), None)


def _paternal_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    share = _share(f.paternal_sound, f.given_sound)
    return None if share is None or share > _RARE else _join(f.paternal_sound, f.given_sound)


def _paternal_given_maternal(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """And how the other surname begins."""
    share = _share(f.paternal_sound, f.given_sound)
    if share is None or share <= _RARE or f.maternal is None:
        return None
    return _join(f.paternal_sound, f.given_sound, f.maternal[:2])


def _paternal_given_birth(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    share = _share(f.paternal_sound, f.given_sound)
    if share is None or not _RARE < share <= _UNCOMMON:
        return None
    return _join(f.paternal_sound, f.given_sound, _birth_years(f))


def _paternal_given_department(f: MentionFeatures, r: ReportFeatures) -> str | None:
    share = _share(f.paternal_sound, f.given_sound)
    if share is None or not _RARE < share <= _UNCOMMON:
        return None
    return _join(f.paternal_sound, f.given_sound, _department(r))


def _common_birth_department(f: MentionFeatures, r: ReportFeatures) -> str | None:
    share = _share(f.paternal_sound, f.given_sound)
    if share is None or share <= _UNCOMMON:
        return None
    return _join(f.paternal_sound, f.given_sound, _birth_years(f), _department(r))


def _common_year_department(f: MentionFeatures, r: ReportFeatures) -> str | None:
    """The year is that of the report."""
    share = _share(f.paternal_sound, f.given_sound)
    if share is None or share <= _UNCOMMON or r.report_date is None:
        return None
    return _join(f.paternal_sound, f.given_sound, r.report_date // _YEAR, _department(r))


def _maternal_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    share = _share(f.maternal_sound, f.given_sound)
    return None if share is None or share > _RARE else _join(f.maternal_sound, f.given_sound)


def _maternal_given_paternal(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    share = _share(f.maternal_sound, f.given_sound)
    if share is None or share <= _RARE or f.paternal is None:
        return None
    return _join(f.maternal_sound, f.given_sound, f.paternal[:2])


# --- a day ----------------------------------------------------------------------------------------


def _birth_paternal(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.birth, f.paternal_sound)


def _birth_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.birth, f.given_sound)


def _birth_initials(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """The last reading is given initial, paternal, maternal; stated initials are their own reading."""
    return _join(f.birth, f.initials[-1][0] + f.initials[-1][-2:]) if f.initials else None


def _facts_given(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _join(r.facts_date, f.given_sound, _department(r))


def _facts_paternal(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _join(r.facts_date, f.paternal_sound, _department(r))


MENTION_RULES = (
    Rule("document", _document),
    Rule("surnames", _surnames),
    Rule("surnames_given", _surnames_given),
    Rule("surnames_birth", _surnames_birth),
    Rule("paternal_given", _paternal_given),
    Rule("paternal_given_maternal", _paternal_given_maternal),
    Rule("paternal_given_birth", _paternal_given_birth),
    Rule("paternal_given_department", _paternal_given_department),
    Rule("common_birth_department", _common_birth_department),
    Rule("common_year_department", _common_year_department),
    Rule("maternal_given", _maternal_given),
    Rule("maternal_given_paternal", _maternal_given_paternal),
    Rule("birth_paternal", _birth_paternal),
    Rule("birth_given", _birth_given),
    Rule("birth_initials", _birth_initials),
    Rule("facts_given", _facts_given),
    Rule("facts_paternal", _facts_paternal),
)


_CALL_WEEKS = 3  # what a call starts is reported elsewhere within these weeks
_CALL_MONTHS = 2
_MONTH = 30


def mention_blocks(f: MentionFeatures, report: ReportFeatures) -> list[tuple[str, str]]:
    """(rule, value) of one mention. NN and alias-only mentions have none: they are found through their
    case."""
    if not f.nameable or not report.makes_case:
        return []
    found = ((rule.name, rule.value(f, report)) for rule in MENTION_RULES)
    blocks = [(name, value) for name, value in found if value is not None]
    blocks += [("reported_given", value) for value in _reported_given(f, report)]
    return blocks


def _reported_given(f: MentionFeatures, report: ReportFeatures) -> Iterator[str]:
    """Partial names of callers' victims: the head of a given name, in one department about one time. Of a
    frequent name the whole, in a third of the time."""
    if f.given_sound is None or report.report_date is None:
        return
    frequent = _given_share(f.given_sound) > _FREQUENT_GIVEN
    days, name = (_MONTH // 3, f.given_sound) if frequent else (_MONTH, f.given_sound[:3])
    periods = _CALL_MONTHS * 3 if frequent else _CALL_MONTHS
    for department in report.departments:
        for period in _periods(report, days, periods):
            yield f"{days}|{period}|{department}|{name}|{f.role}"


def _periods(report: ReportFeatures, days: int, of_calls: int) -> range:
    """Of the report date; a call stands in the following ones too, for what it starts comes later."""
    assert report.report_date is not None
    first = report.report_date // days
    return range(first, first + (of_calls if report.feed == Feed.LINEA_1818 else 1))


def record_blocks(report: ReportFeatures) -> list[tuple[str, str]]:
    """(rule, value) of one record; empty where it can belong to no case."""
    return list(dict.fromkeys(_record_blocks(report))) if report.joins_case else []


def _record_blocks(report: ReportFeatures) -> Iterator[tuple[str, str]]:
    yield "number", f"{report.feed}|{report.citation_key}"
    for feed, key in report.cited:
        yield "number", f"{feed}|{key}"
    if report.first_call:
        yield "number", f"{report.feed}|{report.first_call}"
    if report.report_date is not None and report.district:
        for week in _periods(report, _WEEK, _CALL_WEEKS):
            yield "reported_district", f"{week}|{report.district}"
    if report.facts_date is None:
        return
    if report.district:
        yield "facts_district", f"{report.facts_date}|{report.district}"
    if report.province and report.province not in _LARGEST_PROVINCES:
        yield "facts_province", f"{report.facts_date}|{report.province}"


def splink_blocking_rules() -> list[str]:
    """The same rules for Splink, over the ``block_*`` columns of ``batch_table.feature_table``."""
    names = [*(rule.name for rule in MENTION_RULES), "facts_district", "facts_province"]
    return [f"l.block_{name} = r.block_{name}" for name in names]
