"""A release out of facts alone: what it refuses, and how it explains what changed. Without a database."""

from datetime import date

import pytest

from app.releases import errors
from app.releases.building import Former, asked, built
from app.releases.differences import Fates, reasons_of
from app.releases.disclosure.policy import PUBLIC_EDITION
from app.releases.facts import Fact, Facts
from app.releases.periods import Period, told_by
from app.releases.placing import ToldTwice
from app.releases.protection import linked
from app.releases.standard import TABLES, TOTAL
from app.releases.tables import exact_table
from schemas.releases import ChangeKind, Edition
from support.release_kit import PERIOD


def test_a_thing_that_is_told_twice_is_not_shown_as_two() -> None:
    dimensions = asked()["victims"]
    rows = tuple(
        Fact("k", "trafficking", date(2024, 1, 5), tuple(told.get(each, "unknown") for each in dimensions))
        for told in ({"sex": "female"}, {"sex": "male"})
    )
    facts = Facts("victims", dimensions, rows)
    with pytest.raises(ToldTwice):
        linked(facts, told_by(Period.parse(PERIOD)), [], "trafficking")


async def test_what_came_from_a_published_year_is_no_late_report() -> None:
    """And what left for another is no annulment; without either it is."""
    table = next(each for each in TABLES if each.id == "cases-department")
    periods = told_by(Period.parse(PERIOD))
    here = Facts("cases", ("department",), (Fact("a", "trafficking", date(2024, 1, 5), ("08",)),))
    nothing = Facts("cases", ("department",), ())
    known = {"cases": frozenset({"a"})}
    cell = (PERIOD, "trafficking", TOTAL)
    for before, after, fates, kind in (
        (here, nothing, Fates(moved_to=known), ChangeKind.RECLASSIFICATION),
        (here, nothing, Fates(), ChangeKind.ANNULMENT),
        (nothing, here, Fates(moved_from=known), ChangeKind.RECLASSIFICATION),
        (nothing, here, Fates(), ChangeKind.LATE_REPORT),
    ):
        [reason] = reasons_of(table, before, after, periods, fates)[cell]
        assert reason.kind is kind


async def test_a_table_that_is_public_since_the_year_began_is_refused_in_words() -> None:
    """What was published of the year was counted without its dimension."""
    period = Period.parse(PERIOD)
    table = next(each for each in TABLES if each.id == "cases-department")
    old = Facts("cases", ("department",), (Fact("a", "trafficking", date(2024, 1, 5), ("08",)),))
    told_ = {Edition.PUBLIC: {table.id: exact_table(table, old, [period])}}
    former = Former(f"{PERIOD}.1", told_by(period), told_, {"cases": old}, 0, version=1)
    facts = {id_: Facts(id_, dimensions, ()) for id_, dimensions in asked().items()}
    with pytest.raises(errors.FactsTooOld) as refused:
        await built(facts, told_by(Period.parse("2024-B2")), [former], PUBLIC_EDITION)
    assert refused.value.facts["release"] == f"{PERIOD}.1"
    assert "stage" in str(refused.value.facts["missing"])
    made = await built(facts, told_by(Period.parse("2024-B2")), [former], None)
    assert Edition.PUBLIC not in made.editions
