"""What was printed, and every disagreement in it. The list expected was counted by hand, row by row."""

import pytest
from pydantic import ValidationError

from app.statistics.published.comparing import PublishedUnreadable, disagreements, published, read

HEADINGS = "document,table,institution,system,period,unit,region,breakdown,category,value,part_of\n"


def found_in(*rows: str) -> list[tuple[str, int, int, int]]:
    text = HEADINGS + "\n".join(rows)
    return [
        (each.kind.value, each.first.value, each.second.value, each.difference)
        for each in disagreements(read(text))
    ]


def row(category: str, value: int, *, period: str = "2016", by: str = "sex", who: str = "PNP") -> str:
    part = "" if category == "total" else "total"
    breakdown = "total" if category == "total" else by
    return f"Doc,t-1,{who},reta-pnp,{period},victims,,{breakdown},{category},{value},{part}"


def test_the_figures_we_carry_disagree_in_five_places() -> None:
    assert [
        (each.kind, each.system, each.first.period, each.unit, each.first.value, each.second.value)
        for each in published().disagreements
    ] == [
        ("sum", "sistra", "2009-2010", "suspects", 688, 345 + 282),
        ("sum", "reta-pnp", "2009-2010", "suspects", 190, 135 + 156),
        ("source", "reta-pnp", "2016", "complaints", 347, 467),
        ("source", "poder-judicial", "2016", "files", 373, 375),
        ("source", "sistra", "2016", "victims", 573, 623),
    ]
    assert [each.difference for each in published().disagreements] == [-61, 101, 120, 2, 50]


def test_every_printed_row_is_carried() -> None:
    assert len(published().figures) == 51
    assert sum(figure.value for figure in published().figures if figure.table == "cuadro-9") == 2 * 373


def test_parts_that_add_up_and_equal_sources_are_no_disagreement() -> None:
    assert found_in(row("total", 10), row("female", 7), row("male", 3), row("total", 10, who="INEI")) == []


def test_a_sum_one_off_is_found_either_way() -> None:
    assert found_in(row("total", 10), row("female", 7), row("male", 2)) == [("sum", 10, 9, -1)]
    assert found_in(row("total", 10), row("female", 7), row("male", 4)) == [("sum", 10, 11, 1)]


def test_some_regions_need_not_reach_the_total_but_may_not_exceed_it() -> None:
    assert found_in(row("total", 10), row("Lima", 7, by="region")) == []
    assert found_in(row("total", 10), row("Lima", 11, by="region")) == [("sum", 10, 11, 1)]


def test_three_sources_disagree_two_by_two() -> None:
    rows = [row("total", value, who=who) for who, value in (("PNP", 1), ("INEI", 2), ("MININTER", 3))]
    assert found_in(*rows) == [("source", 1, 2, 1), ("source", 1, 3, 2), ("source", 2, 3, 1)]


def test_a_total_that_stood_still_is_stale_and_one_that_moved_is_not() -> None:
    assert found_in(row("total", 10), row("total", 10, period="2017")) == [("stale", 10, 10, 0)]
    assert found_in(row("total", 10), row("total", 11, period="2017")) == []


@pytest.mark.parametrize("rows", [(row("female", 7),), (row("total", 7), row("blue", 7, by="colour"))])
def test_a_part_without_its_total_or_of_an_unknown_breakdown_is_refused(rows: tuple[str, ...]) -> None:
    with pytest.raises(PublishedUnreadable):
        found_in(*rows)


def test_a_unit_that_nobody_defined_is_refused() -> None:
    with pytest.raises(ValidationError):
        read(HEADINGS + "Doc,t,PNP,reta-pnp,2016,operations,,total,total,1,")
