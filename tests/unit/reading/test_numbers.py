"""Counts, cited numbers and a record's own number."""

import pytest

from adapters.reading.numbers import read_citations, read_count, read_record_number
from schemas.translation import IssueCode
from schemas.vocabulary import Feed, Severity
from support.reading_kit import cell, said, warned


def test_a_count_in_words_is_unknown_with_a_warning() -> None:
    one = cell("VARIAS")
    assert read_count(one) is None
    assert said(one) == warned(IssueCode.NUMBER_UNREADABLE)
    assert read_count(cell("3")) == 3


def test_a_cited_number_is_kept_as_written_beside_the_form_in_which_it_compares() -> None:
    (citation,) = read_citations(cell("COM JUANJUI 2024 77"), Feed.RETA_PNP)
    assert (citation.raw, citation.key) == ("COM JUANJUI 2024 77", "COM-JUANJUI-2024-77")


def test_an_unreadable_citation_is_kept_and_said() -> None:
    one = cell("VER OFICIO")
    (citation,) = read_citations(one, Feed.SISTRA)
    assert citation.key is None
    assert said(one) == warned(IssueCode.NUMBER_UNREADABLE)


@pytest.mark.parametrize(("text", "code"), [("", IssueCode.NUMBER_MISSING), ("X" * 101, IssueCode.TOO_LARGE)])
def test_without_a_number_of_its_own_a_record_is_unusable(text: str, code: IssueCode) -> None:
    one = cell(text)
    assert read_record_number(one) is None
    assert said(one) == [(code, Severity.REJECTION)]
