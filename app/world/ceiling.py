"""The ceiling: links of an oracle that knows the truth but may only use evidence that the records hold.

It links two mentions of one true person only where they
* share a valid document, or
* have two compatible name parts (equal, alike in sound, or one edit apart) and compatible ages, or
* stand in records of which one cites the other, or which share facts date and district, and either have
  compatible initials, or one of them stands under a key and both state age and sex, compatibly;

and two reports of one true case only where one cites the other (canonical form, one edit), they are records
of one court case, they share two linked persons, or one linked person with facts within 60 days in one
department.
What it cannot link no honest system can be asked to.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from typing import TypeVar

from rapidfuzz.distance import OSA

from app.world.places import plain
from app.world.troubles import initials_of
from app.world.truth import TruthRow
from schemas.observations import Mention, Observation
from schemas.vocabulary import Feed, Sex

NEAR_DAYS = 60
_YEAR = 365.2425
_SLACK_YEARS = 1  # an age is often a year off
_PARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "VDA", "Y"})
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("Ñ|NI(?=[AO])|¥", "N"),
        ("HUA|GUA|WA|^UA", "WA"), ("HUI|GUI|WI", "WI"), ("QU(?=[EI])|CC|QQ|Q|CK", "K"),
        ("C(?=[EI])|Z|SH", "S"), ("C(?!H)", "K"), ("V", "B"), ("LL|Y|J(?=H)", "I"), ("G(?=[EI])|X", "J"),
        ("PH", "F"), ("H", ""), (r"(.)\1+", r"\1"), ("^KJ", "J"),
    )
)  # fmt: skip


@dataclass(slots=True)
class _Report:
    row: TruthRow
    feed: Feed
    key: str
    cited: tuple[tuple[Feed, str], ...]
    facts: date | None
    district: str | None
    department: str | None
    persons: set[str] = field(default_factory=set)  # linked persons that stand in it


@dataclass(slots=True)
class _Said:
    row: TruthRow
    report: _Report
    parts: tuple[str, ...]
    initials: str | None
    keyed: bool
    document: tuple[str, str] | None
    born: tuple[int, int] | None  # earliest and latest day of birth, as ordinals
    sex: Sex | None


def ceiling_links(world: Iterable[tuple[Observation, Sequence[TruthRow]]]) -> Iterator[TruthRow]:
    """Rows in the shape of the links, one per row of the truth; takes each record with its true rows."""
    persons: dict[str, list[_Said]] = {}
    cases: dict[str, list[_Report]] = {}
    for observation, rows in world:
        report = _report(observation, rows[0])
        cases.setdefault(rows[0].case or f"none|{rows[0].feed}|{rows[0].record}", []).append(report)
        mentions = {(str(said.order), said.role.value): said for said in observation.mentions}
        for row in rows[1:]:
            said = _said(observation, mentions[row.order, row.role], row, report)
            persons.setdefault(row.person, []).append(said)
    linked = list(_labelled(persons, may_link_mentions))
    for label, said in linked:
        said.report.persons.add(label)
    case_of = {report.row[:2]: label for label, report in _labelled(cases, may_link_reports)}
    for group in cases.values():
        for report in group:
            yield report.row._replace(case=case_of[report.row[:2]] if report.row.case else "")
    for label, said in linked:
        yield said.row._replace(case=case_of[said.row[:2]], person=label)


_Item = TypeVar("_Item")


def _labelled(
    groups: dict[str, list[_Item]], may_link: Callable[[_Item, _Item], bool]
) -> Iterator[tuple[str, _Item]]:
    """Connected components of each true group, each item under the label of its component."""
    for name, items in groups.items():
        parent = list(range(len(items)))

        def root(index: int, parent: list[int] = parent) -> int:
            while parent[index] != index:
                index = parent[index]
            return index

        for one, other in combinations(range(len(items)), 2):
            if root(one) != root(other) and may_link(items[one], items[other]):
                parent[root(other)] = root(one)
        for index, item in enumerate(items):
            yield f"{name}.{root(index)}", item


# --- mentions


def may_link_mentions(one: _Said, other: _Said) -> bool:
    if one.document is not None and one.document == other.document:
        return True
    if not _same_age(one, other):
        return False
    if _common_parts(one.parts, other.parts) >= 2:
        return True
    return _connected(one.report, other.report) and (_same_initials(one, other) or _under_key(one, other))


def _same_age(one: _Said, other: _Said) -> bool:
    """Not in contradiction, with a year of slack."""
    if one.born is None or other.born is None:
        return True
    slack = int(_SLACK_YEARS * _YEAR)
    return one.born[0] <= other.born[1] + slack and other.born[0] <= one.born[1] + slack


def _under_key(one: _Said, other: _Said) -> bool:
    stated = one.born is not None and other.born is not None
    return (one.keyed or other.keyed) and stated and one.sex is not None and one.sex is other.sex


def _same_initials(one: _Said, other: _Said) -> bool:
    """Initials stand in one of the two at least; letters left out are no contradiction, other letters are."""
    if one.initials is None or other.initials is None or not _holds_initials(one, other):
        return False
    if one.sex is not None and other.sex is not None and one.sex is not other.sex:
        return False
    short, long = sorted((one.initials, other.initials), key=len)
    letters = iter(long)
    return len(short) >= 2 and all(letter in letters for letter in short)


def _holds_initials(one: _Said, other: _Said) -> bool:
    return not one.parts or not other.parts


def _common_parts(one: Sequence[str], other: Sequence[str]) -> int:
    left = list(other)
    common = 0
    for part in one:
        match = next((candidate for candidate in left if _alike(part, candidate)), None)
        if match is not None:
            left.remove(match)
            common += 1
    return common


def _alike(one: str, other: str) -> bool:
    if one == other or sound(one) == sound(other):
        return True
    return min(len(one), len(other)) > 2 and OSA.distance(one, other, score_cutoff=1) <= 1


def sound(name: str) -> str:
    """A rough key of how a name sounds, for the oracle alone."""
    for pattern, replacement in _SOUNDS:
        name = pattern.sub(replacement, name)
    return name.replace("E", "I").replace("O", "U")


def _said(observation: Observation, mention: Mention, row: TruthRow, report: _Report) -> _Said:
    identity = mention.identity
    names = [plain(name) for name in (identity.given, identity.paternal, identity.maternal) if name]
    parts = tuple(word for name in names for word in name.split() if word not in _PARTICLES)
    document = identity.document
    return _Said(
        row,
        report,
        parts,
        identity.initials or (initials_of(tuple(names)) if names else None),
        identity.protected_key is not None,
        (document.type.value, document.number.lstrip("VE")) if document else None,
        _born(mention, observation.facts_date or observation.report_date),
        mention.sex,
    )


def _born(mention: Mention, on: date | None) -> tuple[int, int] | None:
    birth = mention.identity.birth_date
    if birth is not None:
        return birth.toordinal(), birth.toordinal()
    if mention.age_min is None or mention.age_max is None or on is None:
        return None
    day = on.toordinal()
    return day - int((mention.age_max + 1) * _YEAR), day - int(mention.age_min * _YEAR)


# --- reports


def may_link_reports(one: _Report, other: _Report) -> bool:
    if _cites(one, other) or _cites(other, one) or (one.feed is other.feed and one.key == other.key):
        return True
    shared = len(one.persons & other.persons)
    return shared >= 2 or (shared == 1 and _near(one, other))


def _near(one: _Report, other: _Report) -> bool:
    if one.facts is None or other.facts is None or one.department is None:
        return False
    return one.department == other.department and abs((one.facts - other.facts).days) <= NEAR_DAYS


def _connected(one: _Report, other: _Report) -> bool:
    if _cites(one, other) or _cites(other, one):
        return True
    if one.feed is other.feed and one.key == other.key:
        return True
    same_day = one.facts is not None and one.facts == other.facts
    return same_day and one.district is not None and one.district == other.district


def _cites(one: _Report, other: _Report) -> bool:
    return any(
        feed is other.feed and (key == other.key or OSA.distance(key, other.key, score_cutoff=1) <= 1)
        for feed, key in one.cited
    )


def _report(observation: Observation, row: TruthRow) -> _Report:
    return _Report(
        row,
        observation.feed,
        observation.citation_key,
        tuple((cited.feed, cited.key or cited.raw.upper()) for cited in observation.citations),
        observation.facts_date,
        observation.place.district,
        observation.place.department,
    )
