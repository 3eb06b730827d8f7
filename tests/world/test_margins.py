"""Invented records have the margins that they were asked for, in the institutions' own forms."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from adapters.base import Form
from adapters.catalog import CATALOG
from app.registry.ages import is_minor
from app.world.margins import Margins, MarginsContradict, records, write
from schemas.observations import Mention, Observation
from schemas.vocabulary import Feed, Role, Sex
from support.deliveries import translate
from support.published_tables import PrintedTable, printed_tables

FORMS = {
    Feed.RETA_PNP: Form.CSV,
    Feed.SISTRA: Form.NDJSON,
    Feed.PODER_JUDICIAL: Form.XML,
    Feed.LINEA_1818: Form.XLSX,
}
SOUND = [table for table in printed_tables() if table.adds_up]
YEAR = (date(2016, 1, 1), date(2016, 12, 31))


def observed(margins: Margins, path: Path) -> list[Observation]:
    """What the adapter makes of the file. Nothing is rejected."""
    written = write(margins, path)
    found = translate(CATALOG[margins.feed], path.read_bytes(), FORMS[margins.feed])
    held = [each.observation for each in found if each.observation is not None]
    assert len(held) == len(found) == written
    return held


def code_of(mention: Mention, breakdown: str) -> str:
    if breakdown == "sex":
        return mention.sex.value if mention.sex else "unknown"
    if breakdown == "minor":
        minor = is_minor(mention.age_min, mention.age_max)
        return "unknown" if minor is None else "yes" if minor else "no"
    return "foreign" if mention.nationality != "PER" else "rest"


@pytest.mark.parametrize("table", SOUND, ids=[table.id for table in SOUND])
def test_every_printed_margin_is_what_the_adapters_read(table: PrintedTable, tmp_path: Path) -> None:
    margins = table.margins()
    found = observed(margins, tmp_path / "delivery")
    assert all(margins.since <= each.report_date <= margins.until for each in found if each.report_date)
    assert all(each.makes_case and each.report_date for each in found)
    people = [m for each in found for m in each.mentions if m.role is margins.counted]
    things = found if margins.counted is None else people
    assert len(things) == margins.total
    for breakdown, codes in margins.parts.items():
        if margins.counted is not None:
            told = Counter(code_of(mention, breakdown) for mention in people)
        elif breakdown == "purpose":
            told = Counter(each.purposes[0].value for each in found)
        elif breakdown == "department":
            told = Counter(each.place.department for each in found)
        else:
            told = Counter(each.rulings[0].type.value if each.rulings else "in_process" for each in found)
        assert {code: told[code] for code in codes} == codes


@pytest.mark.parametrize("feed", [Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL])
def test_no_two_people_hold_one_document(feed: Feed) -> None:
    parts = {"sex": {"female": 200, "male": 50, "unknown": 50}, "nationality": {"foreign": 40}}
    said = [p for r in records(Margins(feed, Role.VICTIM, *YEAR, 300, parts)) for p in r.people]
    assert all(person.document for person in said)
    assert len({person.document for person in said}) == len(said) > 300
    sexes = Counter(person.sex for person in said if person.role is Role.VICTIM)
    assert sexes == {Sex.FEMALE: 200, Sex.MALE: 50, None: 50}


def test_the_same_margins_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    margins = Margins(Feed.RETA_PNP, Role.VICTIM, *YEAR, 40, {"sex": {"female": 30, "male": 10}})
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write(margins, tmp_path / name, seed)
    one, again, other = ((tmp_path / name).read_bytes() for name in ("one", "again", "other"))
    assert one == again != other


@pytest.mark.parametrize(
    "parts",
    [
        {"sex": {"female": 30, "male": 9}},  # one short
        {"sex": {"female": 30, "male": 11}},
        {"department": {"15": 41}},  # some places may be missing, none may be too many
    ],
)
def test_parts_that_contradict_the_total_are_refused(parts: dict[str, dict[str, int]]) -> None:
    with pytest.raises(MarginsContradict):
        Margins(Feed.RETA_PNP, Role.VICTIM, *YEAR, 40, parts)


def test_some_places_need_not_reach_the_total() -> None:
    margins = Margins(Feed.LINEA_1818, None, *YEAR, 40, {"department": {"15": 20}})
    told = Counter(each.place.district.ubigeo[:2] == "15" for each in records(margins) if each.place)
    assert told == {True: 20, False: 20}
