"""NDJSON and JSON: strict values, broken ones apart, arrays as streams."""

import io
import json

import pytest

from adapters.base import Limits, UnreadableDelivery
from adapters.transport import UNDECODABLE, Broken, Document, read_json, read_ndjson
from schemas.translation import IssueCode
from support.deliveries import bytewise

GOOD = b'{"a": {"b": [1, "x]}"]}}'


def kinds(pieces: list[Document | Broken]) -> list[str]:
    return ["ok" if isinstance(piece, Document) else piece.code.value for piece in pieces]


def ndjson(content: bytes, **limits: int) -> list[Document | Broken]:
    return list(read_ndjson(io.BytesIO(content), Limits(**limits)))


def as_json(content: bytes, wrapper: str | None = "carpetas", **limits: int) -> list[Document | Broken]:
    return list(read_json(io.BytesIO(content), Limits(**limits), wrapper))


NOT_STRICT = [
    b"{",
    b"nothing",
    b"[1]",
    b'"text"',
    b'{"a": 1, "a": 2}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e999}',
    b'{"a": "\\ud800"}',
    b'{"\\udfff": 1}',
    b'{"a": 1' + b"0" * 30 + b"}",
    b'{"a": ' + b"9" * 5_000 + b"}",
    b'{"a": ' + b"[" * 50 + b"]" * 50 + b"}",
    b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"a": "\xff"}',
    '{"a": "Ñ"}'.encode("cp1252"),
    b'{"a": "\0"}',
]


@pytest.mark.parametrize("line", NOT_STRICT)
def test_a_line_that_is_no_strict_object_is_one_rejection(line: bytes) -> None:
    found = ndjson(GOOD + b"\n" + line + b"\n" + GOOD + b"\n")
    assert kinds(found) == ["ok", "structure_unreadable", "ok"]
    assert [piece.line for piece in found] == [1, 2, 3]


@pytest.mark.parametrize("element", [each for each in NOT_STRICT if each not in (b"{", b'{"a": "\xff"}')])
def test_an_element_that_is_no_strict_object_is_one_rejection(element: bytes) -> None:
    assert kinds(as_json(b"[" + GOOD + b", " + element + b"," + GOOD + b"]")) == [
        "ok",
        "structure_unreadable",
        "ok",
    ]


def test_blank_lines_and_a_byte_order_mark_are_nothing() -> None:
    found = ndjson(b"\xef\xbb\xbf" + GOOD + b"\r\n\r\n" + GOOD)
    assert [(piece.line, kinds([piece])[0]) for piece in found] == [(1, "ok"), (3, "ok")]


def test_escaped_nul_is_marked_not_kept() -> None:
    (found,) = ndjson(b'{"a": ["x\\u0000y"]}')
    assert isinstance(found, Document)
    assert found.value == {"a": [f"x{UNDECODABLE}y"]}
    assert found.damaged


@pytest.mark.parametrize("read", [ndjson, as_json])
def test_a_gigantic_text_rejects_its_document(read: object) -> None:
    content = json.dumps({"a": "x" * 2_000}).encode()
    (found,) = (
        ndjson(content, cell_characters=1_000) if read is ndjson else as_json(content, cell_characters=1_000)
    )
    assert isinstance(found, Broken)
    assert found.code is IssueCode.TOO_LARGE


def test_a_gigantic_line_rejects_itself_alone() -> None:
    found = ndjson(b'{"a": "' + b"x" * 300_000 + b'"}\n' + GOOD, record_bytes=100_000)
    assert kinds(found) == ["too_large", "ok"]


@pytest.mark.parametrize("size", [1, 3, 64])
@pytest.mark.parametrize(
    "content",
    [
        b"[" + GOOD + b"," + GOOD + b"]",
        b" [ " + GOOD + b" ,\n" + GOOD + b" ] \n",
        b'{"pagina": 1, "x": {"carpetas": []}, "carpetas": ['
        + GOOD
        + b", "
        + GOOD
        + b'], "totalPaginas": 3}',
        b'{"carpetas":[' + GOOD + b"," + GOOD + b"]}",
    ],
)
def test_arrays_and_wrappers_are_read_in_any_chunking(content: bytes, size: int) -> None:
    found = list(read_json(bytewise(content, size), Limits(), "carpetas"))
    assert kinds(found) == ["ok", "ok"]
    assert [piece.content for piece in found] == [GOOD, GOOD]


def test_a_lone_object_is_one_document() -> None:
    assert kinds(as_json(GOOD)) == ["ok"]
    assert kinds(as_json(b'{"carpetas": 3}')) == ["ok"]
    assert kinds(as_json(b'{"carpetas": [1]}', wrapper=None)) == ["ok"]


@pytest.mark.parametrize("content", [b"[]", b" [ ] ", b'{"carpetas": [], "pagina": 1}'])
def test_an_empty_array_has_no_records(content: bytes) -> None:
    assert as_json(content) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[" + GOOD, ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b",", ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b",]", ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b" " + GOOD + b"]", ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b', {"a": [1', ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b', {"a": "open}]', ["ok", "structure_unreadable"]),
        (b"[" + GOOD + b"] trailing", ["ok", "structure_unreadable"]),
        (GOOD + b" " + GOOD, ["ok", "structure_unreadable"]),
        (b'{"carpetas": [' + GOOD + b"]", ["ok", "structure_unreadable"]),
        (b"{", ["structure_unreadable"]),
    ],
)
def test_after_a_broken_structure_the_rest_is_one_rejection(content: bytes, expected: list[str]) -> None:
    assert kinds(as_json(content)) == expected


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "delivery_empty"),
        (b"  \n", "delivery_empty"),
        (b"A;B;C", "json_unreadable"),
        (b"12", "json_unreadable"),
    ],
)
def test_what_is_no_object_and_no_array_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        as_json(content)
    assert refused.value.code == code


def test_an_element_beyond_the_limit_ends_the_reading_in_bounded_memory() -> None:
    content = b"[" + GOOD + b', {"a": "' + b"x" * 900_000 + b'"}, ' + GOOD + b"]"
    found = as_json(content, record_bytes=100_000)
    assert [piece.code for piece in found if isinstance(piece, Broken)]
    assert kinds(found)[0] == "ok"
