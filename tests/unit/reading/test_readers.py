"""What each reader makes of a cell: the value, and what it says of it."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from adapters.reading.ages import Age, AgeDays, Life, parse_age, read_age, settle_age
from adapters.reading.codes import (
    EXPLOITATION_PLACES,
    PURPOSES,
    RECRUITMENTS,
    RELATIONS,
    read_code,
    read_codes,
    read_sex,
)
from adapters.reading.fields import Fields, scalar_text
from adapters.reading.folding import fold, fold_code
from adapters.reading.moments import LIMA, read_birth_date, read_date, read_moment, read_stamp
from adapters.reading.notes import Cell, Notes
from adapters.reading.numbers import read_citations, read_count, read_record_number
from adapters.reading.offences import ARTICLES, read_offence
from adapters.reading.persons import (
    read_document,
    read_free_name,
    read_initials,
    read_name,
    read_names,
    read_nationality,
    read_protected_key,
)
from adapters.reading.words import is_unknown
from schemas.translation import IssueCode
from schemas.vocabulary import (
    DocumentType,
    ExploitationPlace,
    Feed,
    OffenceFamily,
    Purpose,
    Recruitment,
    Relation,
    Severity,
    Sex,
)

TODAY = date(2026, 6, 15)


def cell(text: str) -> Cell:
    return Cell(text, "CAMPO", Notes())


def said(cell: Cell) -> list[tuple[IssueCode, Severity]]:
    return [(issue.code, issue.severity) for issue in cell.notes.issues]


def warned(code: IssueCode) -> list[tuple[IssueCode, Severity]]:
    return [(code, Severity.WARNING)]


def noted(code: IssueCode) -> list[tuple[IssueCode, Severity]]:
    return [(code, Severity.NOTE)]


# --- text -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        " - ",
        "S/D",
        "SD",
        "NN",
        "nn",
        "N.N.",
        "NO PRECISA",
        "no  registra",
        "NO INDICA",
        "POR IDENTIFICAR",
        "DESCONOCIDO",
        "IGNORADO",
    ],
)
def test_unknown_is_written_in_many_ways(text: str) -> None:
    assert is_unknown(text)


@pytest.mark.parametrize("text", ["NINA", "SOTO", "0", "NO"])
def test_a_value_is_not_unknown(text: str) -> None:
    assert not is_unknown(text)


def test_texts_compare_without_accents_case_and_double_spaces_and_enye_is_a_letter() -> None:
    assert fold("  Núñez   de la  Cruz ") == "NUÑEZ DE LA CRUZ"
    assert fold("NUNEZ") != fold("NUÑEZ")


@pytest.mark.parametrize("lost", ["NU¥EZ", "NU\\xd1EZ", "NUÃ‘EZ", "NU\ufffdEZ", "nuñez"])
def test_a_lost_enye_comes_back_where_texts_compare(lost: str) -> None:
    assert fold(lost) == "NUÑEZ"


def test_code_words_compare_with_enye_as_n() -> None:
    assert (
        fold_code("ENGA¥O") == fold_code("ENGAÑO") == fold_code("engaño") == fold_code("ENGA?O") == "ENGANO"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (18.0, "18"),
        (18.5, "18.5"),
        (7, "7"),
        (True, "SI"),
        (" x ", "x"),
        ([1], None),
        ({}, None),
        (datetime(2024, 5, 1, 8, 30, tzinfo=LIMA), "2024-05-01T08:30:00-05:00"),
        (float("inf"), "inf"),
    ],
)
def test_scalars_are_read_as_text_and_nothing_else_is(value: object, text: str | None) -> None:
    assert scalar_text(value) == text


def test_a_value_of_the_wrong_json_type_is_unknown_with_a_warning() -> None:
    notes = Notes(row=3)
    assert Fields({"edad": {"x": 1}}, notes, "agraviados[0].").cell("edad").text == ""
    (issue,) = notes.issues
    assert (issue.code, issue.row, issue.field) == (IssueCode.VALUE_UNKNOWN, 3, "agraviados[0].edad")


def test_characters_that_no_database_keeps_go_and_are_said() -> None:
    notes = Notes()
    assert Fields({"a": "X\0Y\x07\ud800"}, notes).cell("a").text == "XY?"
    assert [issue.code for issue in notes.issues] == [IssueCode.TEXT_UNDECODABLE]


def test_an_attribute_too_long_to_be_one_is_masked() -> None:
    fields = Fields({"sexo": "Q", "edad": "SE LLAMA AURISTELA"}, Notes())
    assert not fields.attribute("sexo").personal
    assert fields.attribute("edad").personal


def test_missing_and_unexpected_names_are_said() -> None:
    notes = Notes()
    Fields({"a": 1, "c": 2}, notes).check_names(["a", "b"])
    assert [(issue.code, issue.field) for issue in notes.issues] == [
        (IssueCode.FIELD_MISSING, "b"),
        (IssueCode.FIELD_UNEXPECTED, "X…"),
    ]


def test_one_thing_is_said_once() -> None:
    one = cell("XX")
    read_sex(one)
    read_sex(one)
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)


# --- codes ------------------------------------------------------------------------------------------------


def test_several_codes_are_separated_by_a_slash_and_count_once() -> None:
    one = cell("explotación laboral / SERVIDUMBRE/EXPLOTACION_LABORAL")
    assert read_codes(one, PURPOSES) == (Purpose.LABOUR_EXPLOITATION, Purpose.SERVITUDE)
    assert said(one) == []


def test_a_word_on_no_list_is_lost_and_said_and_never_a_default() -> None:
    one = cell("ENGA¥O / MAGIA")
    assert read_codes(one, RECRUITMENTS) == (Recruitment.DECEPTION,)
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)
    other = cell("NAVE ESPACIAL")
    assert read_code(other, EXPLOITATION_PLACES) is None
    assert said(other) == warned(IssueCode.VALUE_UNKNOWN)


def test_unknown_is_no_code_and_no_warning() -> None:
    one = cell("S/D")
    assert read_codes(one, PURPOSES) == ()
    assert said(one) == []


def test_desconocido_is_a_code_where_the_list_has_it() -> None:
    assert read_code(cell("DESCONOCIDO"), RELATIONS) is Relation.STRANGER
    assert read_code(cell("DESCONOCIDO"), EXPLOITATION_PLACES) is None
    assert read_code(cell("vía pública"), EXPLOITATION_PLACES) is ExploitationPlace.PUBLIC_ROAD


@pytest.mark.parametrize("text", ["F", "femenino", "MUJER"])
def test_words_for_female(text: str) -> None:
    assert read_sex(cell(text)) is Sex.FEMALE


@pytest.mark.parametrize("text", ["M", "MASCULINO", "HOMBRE", "VARÓN"])
def test_words_for_male(text: str) -> None:
    assert read_sex(cell(text)) is Sex.MALE


# --- dates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["09/02/2024", "9/2/2024", "2024-02-09", "09-02-2024", "2024-02-09T23:59:00-05:00"]
)
def test_a_date_reads_in_both_forms(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) == date(2024, 2, 9)
    assert said(one) == []


@pytest.mark.parametrize(
    "text", ["31/02/2024", "2024-13-01", "ayer", "09/02/24", "0/0/0000", "45000", "٠٩/٠٢/٢٠٢٤"]
)
def test_an_unreadable_date_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) is None
    assert said(one) == warned(IssueCode.DATE_UNREADABLE)


@pytest.mark.parametrize("text", ["01/01/1900", "16/06/2026", "0001-01-01"])
def test_an_implausible_date_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_date(one, TODAY) is None
    assert said(one) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_today_is_no_future() -> None:
    assert read_date(cell("15/06/2026"), TODAY) == TODAY


def test_a_birth_more_than_110_years_ago_is_unknown() -> None:
    assert read_birth_date(cell("15/06/1916"), TODAY) == date(1916, 6, 15)
    old = cell("14/06/1916")
    assert read_birth_date(old, TODAY) is None
    assert said(old) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_a_spreadsheet_number_is_a_date_only_where_the_form_is_a_spreadsheet() -> None:
    assert read_moment(cell("45000.5"), TODAY, serials=True) == datetime(2023, 3, 15, 12, tzinfo=LIMA)
    assert read_moment(cell("45000.5"), TODAY) is None


@pytest.mark.parametrize(
    "text", ["10/12/2024 16:20:00", "10/12/2024 16:20", "2024-12-10T21:20:00Z", "2024-12-10T16:20:00"]
)
def test_stamps_are_lima_time_unless_they_name_an_offset(text: str) -> None:
    assert read_stamp(cell(text), TODAY) == datetime(2024, 12, 10, 16, 20, tzinfo=LIMA)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", IssueCode.STAMP_MISSING),
        ("S/D", IssueCode.STAMP_MISSING),
        ("31/02/2024", IssueCode.STAMP_UNREADABLE),
        ("01/01/2030 00:00:00", IssueCode.STAMP_UNREADABLE),
        ("9999-12-31T23:59:59-05:00", IssueCode.STAMP_UNREADABLE),
    ],
)
def test_without_an_update_stamp_a_record_is_unusable(text: str, code: IssueCode) -> None:
    one = cell(text)
    assert read_stamp(one, TODAY) is None
    assert said(one) == [(code, Severity.REJECTION)]


# --- ages -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("15", Age(15, 15)),
        ("15.0", Age(15, 15)),
        ("15 AÑOS", Age(15, 15)),
        ("14 O 15", Age(14, 15, True)),
        ("15-14", Age(14, 15, True)),
        ("ENTRE 14 Y 16 AÑOS", Age(14, 16, True)),
        ("APROX 15", Age(15, 15, True)),
        ("aprox. 15 años", Age(15, 15, True)),
        ("8 MESES", Age(0, 0)),
        ("doce", None),
        ("-5", None),
        ("15 Y MEDIO", None),
    ],
)
def test_ages_as_people_write_them(text: str, age: Age | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["999", "250", "111"])
def test_nobodys_age_is_unknown_with_a_warning(text: str) -> None:
    one = cell(text)
    assert read_age(one) == Age()
    assert said(one) == warned(IssueCode.AGE_IMPLAUSIBLE)


def test_an_age_in_words_is_unknown_with_a_warning() -> None:
    one = cell("doce")
    assert read_age(one) == Age()
    assert said(one) == warned(IssueCode.NUMBER_UNREADABLE)


def test_an_approximate_age_is_noted_and_no_warning() -> None:
    one = cell("14 O 15")
    assert read_age(one) == Age(14, 15, True)
    assert said(one) == noted(IssueCode.AGE_APPROXIMATE)


BORN = date(2007, 5, 14)


@pytest.mark.parametrize("stated", [Age(16, 16), Age(15, 15), Age(14, 14), Age(), Age(12, 14, True)])
def test_the_birth_date_gives_the_age_at_the_day_and_a_year_off_is_nothing_where_no_other_day_is_known(
    stated: Age,
) -> None:
    birth, age = cell("14/05/2007"), cell("x")
    assert settle_age(BORN, stated, AgeDays(date(2023, 3, 10)), birth, age) == Life(BORN, Age(15, 15))
    assert said(age) == said(birth) == []


@pytest.mark.parametrize(
    ("stated", "disagrees"),
    [
        (Age(15, 15), False),
        (Age(16, 16), False),
        (Age(14, 14), True),
        (Age(17, 17), True),
        (Age(17, 17, True), False),
    ],
)
def test_where_the_days_are_known_a_stated_age_is_that_of_one_of_them(stated: Age, disagrees: bool) -> None:
    birth, age = cell("14/05/2007"), cell("x")
    days = AgeDays(date(2023, 5, 13), date(2023, 5, 14))  # 15 at the facts, 16 at the denuncia
    assert settle_age(BORN, stated, days, birth, age) == Life(BORN, Age(15, 15))
    assert said(age) == (warned(IssueCode.AGE_DISAGREES) if disagrees else [])


def test_the_birth_date_wins_over_the_age_with_a_warning() -> None:
    birth, age = cell("14/05/2007"), cell("25")
    assert settle_age(BORN, Age(25, 25), AgeDays(date(2023, 3, 10)), birth, age).age == Age(15, 15)
    assert said(age) == warned(IssueCode.AGE_DISAGREES)


def test_the_birthday_itself_completes_a_year() -> None:
    ages = [
        settle_age(BORN, Age(), AgeDays(day), cell(""), cell("")).age.least
        for day in (date(2023, 5, 13), date(2023, 5, 14), date(2024, 2, 29))
    ]
    assert ages == [15, 16, 16]


def test_a_birth_after_the_facts_is_unknown_and_the_age_stands() -> None:
    birth = cell("14/05/2007")
    assert settle_age(BORN, Age(15, 15), AgeDays(date(2006, 1, 1)), birth, cell("15")) == Life(
        None, Age(15, 15)
    )
    assert said(birth) == warned(IssueCode.DATE_IMPLAUSIBLE)


def test_without_a_day_nothing_is_counted() -> None:
    assert settle_age(BORN, Age(), AgeDays(None), cell(""), cell("")) == Life(BORN, Age())


# --- who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("PERUANA", "PER"),
        ("peruano", "PER"),
        ("PERÚ", "PER"),
        ("PER", "PER"),
        ("VENEZOLANA", "VEN"),
        ("BOLIVIA", "BOL"),
        ("ESPA¥OLA", "ESP"),
        ("Estadounidense", "USA"),
        ("BRASILEÑO", "BRA"),
    ],
)
def test_nationality_is_an_adjective_a_country_or_its_code(text: str, code: str) -> None:
    assert read_nationality(cell(text)) == code


def test_an_unlisted_nationality_is_unknown_with_a_warning() -> None:
    one = cell("MARCIANA")
    assert read_nationality(one) is None
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)


@pytest.mark.parametrize(
    ("kind", "number", "code", "severity"),
    [
        ("DNI", "12345678", IssueCode.DOCUMENT_PLACEHOLDER, Severity.NOTE),
        ("DNI", "2441", IssueCode.DOCUMENT_UNREADABLE, Severity.WARNING),
        ("DNI", "24410987-6", IssueCode.DOCUMENT_CHECK_FAILED, Severity.WARNING),
        ("LE", "24410987", IssueCode.VALUE_UNKNOWN, Severity.WARNING),
        ("", "24410987", IssueCode.DOCUMENT_UNREADABLE, Severity.WARNING),
    ],
)
def test_a_document_without_evidence_is_none_and_said(
    kind: str, number: str, code: IssueCode, severity: Severity
) -> None:
    notes = Notes()
    assert read_document(Cell(kind, "T", notes), Cell(number, "N", notes)) is None
    assert [(issue.code, issue.severity) for issue in notes.issues] == [(code, severity)]


@pytest.mark.parametrize("number", ["", "S/D", "-", "NO REGISTRA"])
def test_no_document_is_nothing_to_say(number: str) -> None:
    one, other = cell(""), cell(number)
    assert read_document(one, other) is None
    assert said(one) == said(other) == []


def test_a_document_keeps_type_and_canonical_number() -> None:
    notes = Notes()
    document = read_document(Cell("dni", "T", notes), Cell("2471126", "N", notes))
    assert document is not None
    assert (document.type, document.number) == (DocumentType.DNI, "02471126")
    assert [issue.code for issue in notes.issues] == [IssueCode.DOCUMENT_ZERO_RESTORED]


@pytest.mark.parametrize(
    ("text", "name", "age"),
    [
        ("ODA APROX 15 AÑOS", "ODA", Age(15, 15, True)),
        ("SR. TEODOMIRO", "TEODOMIRO", Age()),
        ("Srta. María Núñez (15)", "María Núñez", Age(15, 15)),
        ("DONATO", "DONATO", Age()),
        ("UNA CHICA", None, Age()),
        ("una menor de 14 o 15 años", None, Age(14, 15, True)),
    ],
)
def test_a_callers_words_give_a_name_an_age_or_only_somebody(text: str, name: str | None, age: Age) -> None:
    found = read_free_name(cell(text))
    assert (found.name, found.age, found.described) == (name, age, True)


@pytest.mark.parametrize("text", ["", "NN", "N.N.", "NO PRECISA"])
def test_nn_describes_nobody(text: str) -> None:
    assert not read_free_name(cell(text)).described


@pytest.mark.parametrize(
    ("text", "letters", "age"),
    [
        ("Y.P.S.L.", "YPSL", None),
        ("M. C. H.", "MCH", None),
        ("MCH", "MCH", None),
        ("O.Y.C.H", "OYCH", None),
        ("MENOR DE INICIALES M.R.Q. (15)", "MRQ", 15),
        ("menor de iniciales C.Ñ.A. (16 años)", "CÑA", 16),
        ("M.CH.LL.", "MCL", None),
    ],
)
def test_initials_are_letters_alone(text: str, letters: str, age: int | None) -> None:
    one = cell(text)
    initials = read_initials(one)
    assert (initials.letters, initials.age.least) == (letters, age)
    assert said(one) == []


def test_a_name_is_no_initials() -> None:
    one = cell("AURISTELA ROJAS")
    assert read_initials(one).letters is None
    assert said(one) == warned(IssueCode.VALUE_UNKNOWN)


def test_initials_in_a_name_column_are_no_name() -> None:
    names = read_names(cell(""), cell(""), cell("MENOR DE INICIALES T.R.M. (14)"))
    assert (names.given, names.initials, names.age.least) == (None, "TRM", 14)


@pytest.mark.parametrize("text", ["NN", "", "-", "123", "..."])
def test_what_has_no_letters_is_no_name(text: str) -> None:
    assert read_name(cell(text)) is None


@pytest.mark.parametrize(
    "text", ["CLAVE 03-2023", "clave 3-2023", "CLAVE N° 03-2023", "03-2023", "CLAVE: 003/2023"]
)
def test_a_protected_key_has_one_form(text: str) -> None:
    assert read_protected_key(cell(text)) == "03-2023"


# --- numbers and offences ---------------------------------------------------------------------------------


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


HUGE = [
    "9" * 100_000,
    "(" * 50_000,
    " ( " * 30_000,
    "A." * 50_000,
    "APROX " * 20_000,
    "Ñ" * 50_000,
    "\\xd1" * 20_000,
]


@pytest.mark.parametrize("text", HUGE)
@pytest.mark.parametrize(
    "reader",
    [read_age, read_free_name, read_initials, read_protected_key, read_offence, read_nationality, read_count],
)
def test_a_gigantic_cell_is_read_at_once(reader: Callable[[Cell], object], text: str) -> None:
    reader(cell(text))
