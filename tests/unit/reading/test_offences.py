"""Offences by their words and by their article."""

import pytest

from adapters.reading.notes import Cell, Notes
from adapters.reading.offences import ARTICLES, read_offence
from schemas.translation import IssueCode
from schemas.vocabulary import OffenceFamily, Severity
from support.reading_kit import cell, said, warned


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("TRATA DE PERSONAS", OffenceFamily.TRAFFICKING),
        ("Trata de personas agravada", OffenceFamily.TRAFFICKING),
        ("TRATA", OffenceFamily.TRAFFICKING),
        ("TRÁFICO ILÍCITO DE MIGRANTES", OffenceFamily.SMUGGLING),
        ("PORNOGRAFIA INFANTIL", OffenceFamily.RELATED),
        ("EXPLOTACION SEXUAL", OffenceFamily.RELATED),
        ("ART. 129-B DEL CODIGO PENAL", OffenceFamily.TRAFFICKING),
        ("TRATA DE PERSONAS (AGRAVADA)", OffenceFamily.TRAFFICKING),
        ("EXPLOTACION SEXUAL / TRATA DE PERSONAS", OffenceFamily.TRAFFICKING),
    ],
)
def test_offences_by_words(text: str, family: OffenceFamily) -> None:
    one = cell(text)
    offence = read_offence(one)
    assert offence is not None
    assert (offence.family, offence.label) == (family, text)
    assert said(one) == []


@pytest.mark.parametrize(
    "text", ["", "?????", "#N/A", "#REF!", "-", "NO PRECISA", "123", "X", "PENDIENTE", "N/A", "OTROS"]
)
def test_what_names_no_offence_rejects(text: str) -> None:
    one = cell(text)
    assert read_offence(one) is None
    assert said(one) == [(IssueCode.OFFENCE_UNREADABLE, Severity.REJECTION)]


def test_where_no_offence_is_required_a_lost_one_is_a_warning_and_an_absent_one_nothing() -> None:
    lost, absent = cell("?????"), cell("")
    assert read_offence(lost, required=False) is read_offence(absent, required=False) is None
    assert said(lost) == warned(IssueCode.OFFENCE_UNREADABLE)
    assert said(absent) == []


def test_a_readable_offence_on_no_list_is_related_with_a_warning() -> None:
    one = cell("HURTO AGRAVADO")
    offence = read_offence(one)
    assert offence is not None
    assert offence.family is OffenceFamily.RELATED
    assert said(one) == warned(IssueCode.OFFENCE_UNLISTED)


@pytest.mark.parametrize(
    ("article", "family"),
    [
        ("129-A", OffenceFamily.TRAFFICKING),
        ("153", OffenceFamily.TRAFFICKING),
        ("153-A", OffenceFamily.TRAFFICKING),
        ("303-B", OffenceFamily.SMUGGLING),
        ("129-C", OffenceFamily.RELATED),
        ("129-P", OffenceFamily.RELATED),
        ("168-B", OffenceFamily.RELATED),
        ("183-B", OffenceFamily.RELATED),
    ],
)
def test_offences_by_article(article: str, family: OffenceFamily) -> None:
    assert ARTICLES[article] is family
    notes = Notes()
    code = Cell(article.replace("-", "").lower(), "codigo", notes)
    offence = read_offence(Cell("", "descripcion", notes), code)
    assert offence is not None
    assert (offence.family, offence.code) == (family, article)
    assert notes.issues == ()


def test_an_article_on_no_list_is_related_with_a_warning() -> None:
    notes = Notes()
    offence = read_offence(Cell("ROBO", "descripcion", notes), Cell("188", "codigo", notes))
    assert offence is not None
    assert (offence.family, offence.code) == (OffenceFamily.RELATED, "188")
    assert {issue.code for issue in notes.issues} == {IssueCode.OFFENCE_UNLISTED}
