"""Which mentions and which records are worth comparing: one declaration, used online, in the batch and by
Splink.

A rule gives a mention or a record values; two that share a value under one rule are candidates. There is
no top-k, so candidates depend on nothing else that is held. Values are texts: whoever stores them hashes
them with the keyed blind index, the rule's name as label. Every rule asks for enough together that a
common surname alone never makes a block: the rarest pairs of Lima and of Tacna share a block of about the
same size.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import resources

from app.reconciliation.features import MentionFeatures, ReportFeatures
from app.reconciliation.names import surname_core
from app.reconciliation.phonetic import sound
from schemas.vocabulary import Feed

_WEEK = 7
_LARGEST_PROVINCES = frozenset({"1501", "0701"})  # the date and the province alone would be no selection
_DECADE = 3653
_COMMON_SHARE = 0.003


def _common_sounds(kind: str) -> frozenset[str]:
    """Sounds of the names that more than three in a thousand bear; a fixed list, so that keys never move."""
    source = resources.files("app.reconciliation") / "model" / "population.json"
    shares = json.loads(source.read_bytes())[kind]
    total: dict[str, float] = {}
    for name, share in shares.items():
        key = sound(surname_core(name)) if kind == "surnames" else sound(name)
        total[key] = total.get(key, 0.0) + share
    return frozenset(key for key, share in total.items() if share > _COMMON_SHARE)


COMMON_SURNAMES = _common_sounds("surnames")
COMMON_GIVEN = _common_sounds("given")


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


def _surnames(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """Both surnames in either order, and the given initial."""
    if f.paternal_sound is None or f.maternal_sound is None or not f.given:
        return None
    low, high = sorted((f.paternal_sound, f.maternal_sound))
    return _join(low, high, f.given[0][0])


def _paternal_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return None if _common(f.paternal_sound, f.given_sound) else _join(f.paternal_sound, f.given_sound)


def _maternal_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return None if _common(f.maternal_sound, f.given_sound) else _join(f.maternal_sound, f.given_sound)


def _common_in_decade(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """The finer key of a common name: the middle of the birth interval, in tens of years."""
    if f.birth_lo is None or f.birth_hi is None or not _common(f.paternal_sound, f.given_sound):
        return None
    decade = (f.birth_lo + f.birth_hi) // 2 // _DECADE
    return _join(f.paternal_sound, f.given_sound, decade)


def _common_in_department(f: MentionFeatures, r: ReportFeatures) -> str | None:
    """The other finer key of a common name: where the facts were, or where the office is."""
    departments = _departments(r)
    if not departments or not _common(f.paternal_sound, f.given_sound):
        return None
    return _join(f.paternal_sound, f.given_sound, departments[0])


def _common(surname: str | None, given: str | None) -> bool:
    return surname in COMMON_SURNAMES and given in COMMON_GIVEN


def _birth_paternal(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.birth, f.paternal_sound)


def _birth_given(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    return _join(f.birth, f.given_sound)


def _birth_initials(f: MentionFeatures, _r: ReportFeatures) -> str | None:
    """The last reading is given initial, paternal, maternal; stated initials are their own reading."""
    return _join(f.birth, f.initials[-1][0] + f.initials[-1][-2:]) if f.initials else None


def _facts_given(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _join(r.facts_date, f.given_sound)


def _facts_paternal(f: MentionFeatures, r: ReportFeatures) -> str | None:
    return _join(r.facts_date, f.paternal_sound)


MENTION_RULES = (
    Rule("document", _document),
    Rule("surnames", _surnames),
    Rule("paternal_given", _paternal_given),
    Rule("maternal_given", _maternal_given),
    Rule("common_in_decade", _common_in_decade),
    Rule("common_in_department", _common_in_department),
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
    """Partial names of callers' victims: the head of a given name, in one department about one time."""
    if f.given_sound is None or report.report_date is None:
        return
    head = f.given_sound[:3]
    for department in _departments(report):
        for period in _periods(report, _MONTH, _CALL_MONTHS):
            yield f"{period}|{department}|{head}|{f.role}"


def _departments(report: ReportFeatures) -> tuple[str, ...]:
    return (report.department,) if report.department else report.office_departments


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
