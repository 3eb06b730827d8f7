"""Every figure has a definition, every definition is whole, and every unit has an indicator."""

from collections import Counter
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from app.statistics.dimensions import DEPARTMENTS, UNKNOWN
from app.statistics.indicators import INDICATORS, OF_PERSONS, catalogue
from schemas.indicators import Dimension, Indicator
from schemas.statistics import CallFigures, FeedFigures, Overview, ReconciledFigures, UndatedFigures
from schemas.vocabulary import DateBasis, OffenceFamily, Unit

DIMENSIONS = catalogue().dimensions
TOLD = {"since", "until", "unfinished", "basis_es", "basis_en"}  # of the answer, not figures
TOLD_OF_FEED = {"feed", "not_available"}


def figures_of_the_overview() -> Iterator[str]:
    """Every number that an overview holds, by its place."""
    kinds: dict[str, type[BaseModel]] = {
        "families.reconciled": ReconciledFigures,
        "families.undated": UndatedFigures,
        "families.feeds": FeedFigures,
        "calls": CallFigures,
    }
    assert set(Overview.model_fields) - TOLD == {"families", "calls"}
    for place, kind in kinds.items():
        yield from (f"{place}.{name}" for name in kind.model_fields if name not in TOLD_OF_FEED)


def test_every_figure_of_the_overview_names_its_one_indicator() -> None:
    named = Counter(figure for indicator in INDICATORS for figure in indicator.figures)
    assert named == Counter(figures_of_the_overview())


def test_ids_are_given_once_and_every_unit_has_an_indicator() -> None:
    assert max(Counter(indicator.id for indicator in INDICATORS).values()) == 1
    assert {indicator.unit for indicator in INDICATORS} == set(Unit)


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda each: each.id)
def test_a_definition_is_whole(indicator: Indicator) -> None:
    for words in (indicator.name, indicator.numerator, indicator.universe):
        assert words.es.strip()
        assert words.en.strip()
        assert words.es != words.en
    used = [each.id for each in indicator.dimensions]
    assert used[0] == "period"
    assert len(used) == len(set(used))
    assert set(used) <= {each.id for each in DIMENSIONS}
    told = "offence_family" in used
    assert indicator.offence_families == (tuple(OffenceFamily) if told else ())
    assert told or indicator.id.startswith(("calls", "complaint_calls")), "only calls are not told by offence"


@pytest.mark.parametrize("dimension", DIMENSIONS, ids=lambda each: each.id)
def test_a_dimension_has_its_codes_and_unknown_is_one_of_them(dimension: Dimension) -> None:
    assert bool(dimension.codes) != bool(dimension.standard)
    assert len(set(dimension.codes)) == len(dimension.codes)
    if dimension.unknown is None:
        assert dimension.id in {"feed", "feeds", "offence_family"}
    elif dimension.codes:
        assert dimension.unknown in dimension.codes


def test_purposes_add_up_to_more_than_any_total_and_persons_stand_in_several_cases() -> None:
    several = {
        (indicator.id, each.id): each.multi_valued
        for indicator in INDICATORS
        for each in indicator.dimensions
    }
    assert all(many for (_, dimension), many in several.items() if dimension in {"purpose", "recruitment"})
    assert several["victims", "department"]
    assert not several["cases", "department"]
    assert not several["victims", "feeds"]
    assert not several["victims", "sex"]
    for indicator in INDICATORS:
        if indicator.unit in OF_PERSONS:
            assert several[indicator.id, "offence_family"]


def test_convictions_are_dated_by_the_ruling_and_annulled_calls_alone_are_counted() -> None:
    by_ruling = {each.id for each in INDICATORS if each.date_basis is DateBasis.RULING}
    assert by_ruling == {"convicted", "acquitted", "sentenced_files", "feed_convicted"}
    assert [each.id for each in INDICATORS if not each.annulled_out] == ["calls"]


def test_lima_is_told_as_its_two_regions() -> None:
    assert len(DEPARTMENTS) == 24 + 3  # 24 beside Lima; metropolitan, provinces, not told which
    assert "15" not in DEPARTMENTS
    assert UNKNOWN not in DEPARTMENTS
