"""XLSX: rows of one sheet, bombs refused before they go off."""

import io
import random
import zipfile
from collections.abc import Callable
from datetime import datetime

import pytest
import python_calamine
import xlsxwriter

from adapters.base import Limits, UnreadableDelivery
from adapters.transport import Broken, SheetRow, read_xlsx
from schemas.translation import IssueCode
from support.deliveries import SAMPLES

Fill = Callable[[xlsxwriter.Workbook], None]


def workbook(fill: Fill, **options: object) -> bytes:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    fill(book)
    book.close()
    return target.getvalue()


def sheet_of(*rows: tuple[object, ...], **options: object) -> bytes:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("LLAMADAS")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row, None)

    return workbook(fill, **options)


def read(content: bytes, **limits: int) -> list[SheetRow | Broken]:
    return list(read_xlsx(io.BytesIO(content), "LLAMADAS", Limits(**limits)).rows)


def refusal(content: bytes, **limits: int) -> str:
    with pytest.raises(UnreadableDelivery) as refused:
        read(content, **limits)
    return refused.value.code


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
    return target.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
SMALL = sheet_of(("A", "B"), (1, "x"), (2, "y"))


def test_reads_what_an_independent_reader_reads_in_the_sample() -> None:
    path = SAMPLES / "linea_1818.xlsx"
    theirs = python_calamine.load_workbook(path).get_sheet_by_name("LLAMADAS").to_python()
    with path.open("rb") as source:
        ours = read_xlsx(source, "LLAMADAS", Limits())
        assert list(ours.header) == theirs[0]
        body = list(ours.rows)
    assert len(body) == len(theirs) - 1 == 17
    for mine, other in zip(body, theirs[1:], strict=True):
        assert [cell or None for cell in mine.cells] == [cell or None for cell in other]  # type: ignore[union-attr]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}, {"constant_memory": True}])
def test_cells_have_their_types(options: dict[str, object]) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("LLAMADAS")
        day = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        sheet.write_row(0, 0, list("ABCDEFGH"))
        sheet.write_number(1, 0, 18.0)
        sheet.write_number(1, 1, 1.5)
        sheet.write_string(1, 2, "ÑANDÚ <&> ")
        sheet.write_boolean(1, 3, True)
        sheet.write_datetime(1, 4, datetime(2023, 3, 14, 21, 40, 5), day)  # noqa: DTZ001
        sheet.write_formula(1, 5, "=1+1", None, 2)
        sheet.write_formula(1, 6, "=NA()", None, "#N/A")
        sheet.write_number(1, 7, 20, book.add_format({"num_format": '0 "días"'}))

    (row,) = read(workbook(fill, **options))
    moment = datetime(2023, 3, 14, 21, 40, 5)  # noqa: DTZ001
    assert row == SheetRow(2, (18, 1.5, "ÑANDÚ <&> ", True, moment, 2, "#N/A", 20))


def test_a_formula_without_stored_value_is_shown_never_computed() -> None:
    content = repacked(SMALL, SHEET, lambda xml: xml.replace(b"<v>1</v>", b'<f>HYPERLINK("x")</f>'))
    (first, _) = read(content)
    assert isinstance(first, SheetRow)
    assert first.cells[0] == '=HYPERLINK("x")'


def test_rows_keep_the_sheets_numbers_and_empty_rows_are_none() -> None:
    assert [row.line for row in read(sheet_of(("A", "B"), (), ("x",), (), (None, "y")))] == [3, 5]


def test_a_row_wider_than_the_header_is_broken() -> None:
    found = read(sheet_of(("A", "B"), (1, 2, 3), (4, 5)))
    assert isinstance(found[0], Broken)
    assert found[1] == SheetRow(3, (4, 5))


def test_two_far_corners_take_no_memory() -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet("LLAMADAS")
        sheet.write(0, 0, "A")
        sheet.write(1_048_575, 16_383, "far")

    (far,) = read(workbook(fill))
    assert isinstance(far, Broken)
    assert far.line == 1_048_576


def test_one_shared_string_used_often_is_held_once() -> None:
    rows = [("A",)] + [("x" * 30_000,)] * 20_000
    found = read_xlsx(io.BytesIO(sheet_of(*rows)), "LLAMADAS", Limits())
    assert sum(1 for _ in found.rows) == 20_000  # 600 MB if each were a copy, all at once


def test_a_gigantic_cell_rejects_its_row_alone() -> None:
    found = read(sheet_of(("A",), ("x" * 2_000,), ("y",)), cell_characters=1_000)
    assert [getattr(row, "code", None) for row in found] == [IssueCode.TOO_LARGE, None]


@pytest.mark.parametrize("limit", [{"xlsx_unpacked_bytes": 10_000_000}, {}])
def test_a_zip_bomb_is_refused(limit: dict[str, int]) -> None:
    bomb = repacked(
        SMALL, SHEET, lambda xml: xml.replace(b"</sheetData>", b" " * 60_000_000 + b"</sheetData>")
    )
    assert len(bomb) < 100_000
    assert refusal(bomb, **limit) == "xlsx_bomb"


def test_a_part_that_lies_about_its_size_is_refused() -> None:
    honest = zipfile.ZipFile(io.BytesIO(SMALL)).getinfo(SHEET).file_size
    lying = SMALL.replace(honest.to_bytes(4, "little"), (honest - 100).to_bytes(4, "little"))
    assert refusal(lying) == "xlsx_unreadable"


def test_a_packed_size_beyond_the_limit_is_refused() -> None:
    assert refusal(SMALL, xlsx_packed_bytes=1_000) == "delivery_too_large"


def test_a_document_type_in_a_part_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet'
    content = repacked(SMALL, SHEET, lambda xml: xml.replace(b"<worksheet", bomb, 1))
    assert refusal(content) == "xlsx_unreadable"


def test_another_sheet_name_is_refused() -> None:
    assert refusal(workbook(lambda book: book.add_worksheet("OTRA").write(0, 0, "A"))) == "sheet_missing"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "delivery_empty"),
        (b"A;B;C\n", "xlsx_unreadable"),
        (SMALL[:-50], "xlsx_unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 1_000, "xlsx_encrypted"),
        (sheet_of(), "delivery_empty"),
        (sheet_of(("A", "A")), "column_repeated"),
    ],
)
def test_what_is_no_workbook_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_a_sheet_cut_in_the_middle_keeps_its_complete_rows() -> None:
    content = repacked(SMALL, SHEET, lambda xml: xml[: xml.index(b'<row r="3"')])
    assert [getattr(row, "code", None) for row in read(content)] == [None, IssueCode.STRUCTURE_UNREADABLE]


def test_random_damage_is_always_an_outcome() -> None:
    chance = random.Random(20260115)
    for _ in range(300):
        damaged = bytearray(SMALL)
        for _ in range(chance.randint(1, 4)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read(bytes(damaged))
        except UnreadableDelivery:
            continue
