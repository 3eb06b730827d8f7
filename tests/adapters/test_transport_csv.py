"""CSV: encodings, quotes, broken rows."""

import io

import pytest

from adapters.base import Limits, UnreadableDelivery
from adapters.transport import UNDECODABLE, Broken, Row, read_csv
from schemas.translation import IssueCode
from support.deliveries import bytewise

HEADER = "A;B;C\n"


def rows(content: bytes | str, **limits: int) -> list[Row | Broken]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read_csv(io.BytesIO(raw), Limits(**limits)).rows)


def cells(content: bytes | str) -> list[tuple[str, ...]]:
    return [row.cells for row in rows(content) if isinstance(row, Row)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_same_rows_in_every_encoding_and_line_end(encoding: str, end: str) -> None:
    text = end.join(["A;B;C", "NUÑEZ;ZOÉ;1", "ÑAHUI;–;2", ""])
    table = read_csv(io.BytesIO(text.encode(encoding)), Limits())
    assert table.header == ("A", "B", "C")
    assert list(table.rows) == [Row(2, ("NUÑEZ", "ZOÉ", "1")), Row(3, ("ÑAHUI", "–", "2"))]


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_where_the_chunks_end_does_not_matter(size: int) -> None:
    content = 'A;B;C\r\n"x\r\ny";ÑÑ;3\r\n4;5;6'.encode()
    assert list(read_csv(bytewise(content, size), Limits()).rows) == [
        Row(2, ("x\ny", "ÑÑ", "3")),
        Row(4, ("4", "5", "6")),
    ]


def test_one_damaged_byte_does_not_turn_a_utf8_file_into_windows_1252() -> None:
    content = HEADER.encode() + b"NU\xd1EZ;x;1\n" + "ÑAHUI;x;2\nMUÑOZ;x;3\n".encode()
    found = rows(content)
    assert [row.cells[0] for row in found if isinstance(row, Row)] == ["NUÑEZ", "ÑAHUI", "MUÑOZ"]
    assert [row.damaged for row in found if isinstance(row, Row)] == [True, False, False]


def test_ascii_lines_do_not_decide_the_encoding() -> None:
    content = HEADER.encode() + b"A;B;C\n" * 100_000 + "NUÑEZ;x;1\n".encode("cp1252")
    assert cells(content)[-1] == ("NUÑEZ", "x", "1")


def test_bytes_of_no_character_and_nul_are_marked() -> None:
    found = rows(HEADER.encode() + b"\xd1\x81\x81;b;c\na\0b;b;c\n")
    assert found == [
        Row(2, (f"Ñ{UNDECODABLE * 2}", "b", "c"), damaged=True),
        Row(3, (f"a{UNDECODABLE}b", "b", "c"), damaged=True),
    ]


@pytest.mark.parametrize("line", ["1;2", "1;2;3;4", "1", '"1;2;3', '1;"2;3', "1;2\r;3"])
def test_a_broken_row_is_one_rejection_and_takes_no_other_with_it(line: str) -> None:
    found = rows(f"{HEADER}a;b;c\n{line}\nd;e;f\ng;h;i\n")
    assert [row.line for row in found] == [2, 3, 4, 5]
    broken = found[1]
    assert isinstance(broken, Broken)
    assert broken.code is IssueCode.STRUCTURE_UNREADABLE
    assert broken.content.decode() == line
    assert all(isinstance(row, Row) for row in (found[0], *found[2:]))


def test_a_quote_closed_much_later_does_not_swallow_the_rows_between() -> None:
    between = "".join(f"{n};b;c\n" for n in range(500))
    found = rows(f'{HEADER}"open;b;c\n{between}"close";b;c\nlast;b;c\n')
    assert sum(isinstance(row, Row) for row in found) == 502
    assert [row.line for row in found if isinstance(row, Broken)] == [2]


@pytest.mark.parametrize(
    "rows_with_strays",
    [
        '"open;b;c\nclose";b;c\n',  # would be one row of three cells
        'a;"open;c\nd;e;f\ng;close";i\n',
        'a;"open;c\nd;e "x";f\ng;h;i\n',
    ],
)
def test_stray_quotes_lose_no_row_silently(rows_with_strays: str) -> None:
    found = rows(HEADER + rows_with_strays + "last;b;c\n")
    assert [row.line for row in found] == list(range(2, 2 + len(found)))
    assert len(found) == rows_with_strays.count("\n") + 1
    assert isinstance(found[0], Broken)


def test_rows_that_all_open_quotes_are_read_in_linear_time() -> None:
    found = rows(HEADER + 'a";"b;c\n' * 20_000, record_bytes=100_000)
    assert len(found) == 20_000


def test_quoted_cells_hold_delimiters_quotes_and_line_ends() -> None:
    assert cells(f'{HEADER}"a;b";"say ""x""";"two\nlines"\n') == [("a;b", 'say "x"', "two\nlines")]


def test_quotes_inside_a_cell_are_letters() -> None:
    assert cells(f'{HEADER}EULOGIO "EL TURCO";b;c\n') == [('EULOGIO "EL TURCO"', "b", "c")]


def test_a_gigantic_cell_rejects_its_row_alone() -> None:
    found = rows(f"{HEADER}{'x' * 2_000};b;c\nd;e;f\n", cell_characters=1_000)
    assert isinstance(found[0], Broken)
    assert found[0].code is IssueCode.TOO_LARGE
    assert found[1] == Row(3, ("d", "e", "f"))


def test_a_gigantic_line_rejects_its_row_alone_and_is_not_kept_whole() -> None:
    found = rows(f"{HEADER}{'x' * 5_000_000};b;c\nd;e;f\n", record_bytes=200_000)
    assert isinstance(found[0], Broken)
    assert found[0].code is IssueCode.TOO_LARGE
    assert len(found[0].content) <= 64 * 1024
    assert found[1] == Row(3, ("d", "e", "f"))


def test_blank_lines_are_no_rows_but_count_as_lines() -> None:
    assert [row.line for row in rows(f"{HEADER}\na;b;c\n   \nd;e;f\n\n")] == [3, 5]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "delivery_empty"),
        (b"\n\n", "delivery_empty"),
        ("A;B;C\n".encode("utf-16"), "encoding_unknown"),
        (b'A;"B;C\n1;2;3\n', "header_unreadable"),
        (b"A;B\0;C\n1;2;3\n", "header_unreadable"),
        (b"A;B;A\n1;2;3\n", "column_repeated"),
    ],
)
def test_a_delivery_without_readable_header_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        read_csv(io.BytesIO(content), Limits())
    assert refused.value.code == code
