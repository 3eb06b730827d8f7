"""Questions of every kind, and a cube's answers beside the count in SQL and the slow reference."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random
from typing import Any

from app.db.engine import ReadSession
from app.statistics.asking import DIMENSIONS, MEASURES, QuestionInvalid, checked
from app.statistics.cube.answering import counted
from app.statistics.cube.refreshing import Held
from app.statistics.dimensions import BY_ID
from app.statistics.service import StatisticsService
from schemas.query import Grain, Query
from schemas.vocabulary import DateBasis, Feed, OffenceFamily
from support.reference_statistics import Reference

COUNTED = (
    *("complaints", "prosecution_files", "court_files", "sentenced_files", "cases", "victimisations"),
    *("victims", "suspects", "accused", "convicted", "acquitted"),
)


def question(random: Random, source: Feed | None) -> Query:
    """Whatever may be asked of a source."""
    while True:
        measures = random.sample(sorted(MEASURES), random.choice((1, 1, 2, 3)))
        common = [
            each
            for each in DIMENSIONS
            if all(each in {d.id for d in MEASURES[m].dimensions} for m in measures)
        ]
        asked = _drawn(random, source, measures, common)
        try:
            checked(asked)
        except QuestionInvalid:  # filters that exclude each other, feeds of one source
            continue
        return asked


def _drawn(random: Random, source: Feed | None, measures: list[str], common: list[str]) -> Query:
    dimensions = random.sample(common, min(len(common), random.choice((0, 1, 2, 2, 3, 4))))
    filters: dict[str, tuple[str, ...]] = {}
    if random.random() < 0.4 and common != ["period"]:
        name = random.choice([each for each in common if each != "period"])
        codes = BY_ID[name].dimension.codes or ("PER", "VEN", "unknown")
        filters[name] = tuple(random.sample(codes, min(len(codes), random.randint(1, 5))))
    since = date(2019, 1, 1) + timedelta(days=random.randrange(2000)) if random.random() < 0.3 else None
    until = (since or date(2021, 1, 1)) + timedelta(days=random.randrange(900))
    return Query(
        measures=tuple(measures),
        dimensions=tuple(dimensions),
        filters=filters,
        grain=random.choice(list(Grain)),
        since=since,
        until=until if random.random() < 0.3 else None,
        source=source,
        date_basis=random.choice((None, None, *DateBasis)),
    )


async def differences(session: ReadSession, held: Held, questions: list[Query]) -> list[Query]:
    """Those that cube and SQL answer otherwise. The session's snapshot is that of the cube."""
    found = []
    for asked in questions:
        sql = await StatisticsService(session).query(asked)
        told = counted(asked, held.facts)
        same = (
            told.words == tuple(row.codes for row in sql.rows)
            and told.values == tuple(row.values for row in sql.rows)
            and told.totals == sql.totals
            and held.mark.position == sql.position
        )
        if not same:
            found.append(asked)
    return found


def as_the_reference_counts(held: Held, reference: Reference) -> None:
    """Every measure by family and year, and cases and victims by all that is told of a case."""
    for measure in COUNTED:
        expected: Counter[tuple[str, str]] = Counter()
        for family in OffenceFamily:
            units = reference.units(family) | {"acquitted": reference.acquitted(family)}
            expected.update((family, str(day.year) if day else "undated") for _, day in units[measure])
        told = counted(Query(measures=(measure,), dimensions=("offence_family", "period")), held.facts)
        assert dict(zip(told.words, (value for (value,) in told.values), strict=True)) == dict(expected)
    cases: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    victims: dict[tuple[str, ...], set[Any]] = defaultdict(set)
    named = defaultdict(set)
    for person, report in reference.named("victim"):
        named[report["record_id"]].add(person)
    for report in reference.told:
        case = reference.held.case_of[report["record_id"]]
        for codes in reference.codes(case):
            cases[codes].add(case)
            victims[codes] |= named[report["record_id"]]
    asked = Query(measures=("cases", "victims"), dimensions=("department", "purpose", "recruitment", "stage"))
    told = counted(asked, held.facts)
    assert dict(zip(told.words, told.values, strict=True)) == {
        codes: (len(found), len(victims[codes])) for codes, found in cases.items()
    }
    assert told.totals == (len(set().union(*cases.values())), len(set().union(*victims.values())))
