"""XML: a stream of records; document types, entities, includes and other encodings are refused."""

import io

import pytest

from adapters.base import Limits, UnreadableDelivery
from adapters.transport import Broken, Element, parse_element, read_xml
from support.deliveries import SAMPLES, bytewise

NAMESPACE = "urn:intertrata:poder-judicial:1"
ROOT, RECORD = f"{{{NAMESPACE}}}expedientes", f"{{{NAMESPACE}}}expediente"
HEAD = f'<expedientes xmlns="{NAMESPACE}">'.encode()
TAIL = b"</expedientes>"
ONE = b'<expediente numero="1"><a>x</a></expediente>'


def read(content: bytes, **limits: int) -> list[str]:
    return kinds(read_xml(io.BytesIO(content), ROOT, RECORD, Limits(**limits)))


def kinds(pieces: object) -> list[str]:
    assert hasattr(pieces, "__iter__")
    return ["ok" if isinstance(piece, Element) else piece.code.value for piece in pieces]


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableDelivery) as refused:
        read(content)
    return refused.value.code


@pytest.mark.parametrize("size", [1, 5, 1_000])
def test_the_sample_is_read_in_any_chunking(size: int) -> None:
    content = (SAMPLES / "poder_judicial.xml").read_bytes()
    assert kinds(read_xml(bytewise(content, size), ROOT, RECORD, Limits())) == ["ok"] * 13


def test_what_is_kept_of_a_record_is_the_element_alone() -> None:
    (found,) = list(read_xml(io.BytesIO(HEAD + b"\n " + ONE + b"\n" + TAIL), ROOT, RECORD, Limits()))
    assert isinstance(found, Element)
    assert parse_element(found.content).get("numero") == "1"
    assert found.content.strip() == found.content


@pytest.mark.parametrize(
    "prolog",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]>',
        b'<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        b'<!-- c --><!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1/x"> %p;]>',
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        b"\xef\xbb\xbf<!DOCTYPE x>",
        b"<!ELEMENT x ANY>",
        b"<?x " + b"y" * 200_000,
    ],
)
def test_document_types_are_refused_before_the_parser_sees_them(prolog: bytes) -> None:
    assert refusal(prolog + HEAD + ONE + TAIL) == "xml_forbidden"


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + ONE + TAIL).decode().encode("utf-16"),
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + HEAD + ONE + TAIL,
        b'<?xml version="1.0" encoding="UTF-7"?>' + HEAD + ONE + TAIL,
    ],
)
def test_other_encodings_are_refused(content: bytes) -> None:
    assert refusal(content) == "encoding_unknown"


@pytest.mark.parametrize("entity", [b"&a;", b"&lt", b"&#0;", b"&#xD800;"])
def test_an_entity_in_the_middle_ends_the_reading_there(entity: bytes) -> None:
    content = HEAD + ONE + ONE.replace(b">x<", b">" + entity + b"<") + ONE + TAIL
    assert read(content) == ["ok", "structure_unreadable"]


def test_xinclude_is_refused() -> None:
    include = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>'
    record = b"<expediente>" + include + b"</expediente>"
    assert read(HEAD + ONE + record + ONE + TAIL) == ["ok", "structure_unreadable", "ok"]
    root = HEAD.replace(b">", b' xmlns:x="http://www.w3.org/2001/XInclude">')
    assert refusal(root + ONE + TAIL) == "xml_forbidden"


@pytest.mark.parametrize(
    "content",
    [
        b"<otro/>",
        b'<expedientes xmlns="urn:otro"><expediente/></expedientes>',
        b"<expedientes><expediente/></expedientes>",
    ],
)
def test_another_root_or_namespace_is_refused(content: bytes) -> None:
    assert refusal(content) == "xml_wrong_root"


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "delivery_empty"), (b"A;B;C", "xml_unreadable"), (b"<!--", "xml_unreadable")]
)
def test_what_is_no_xml_is_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_after_an_error_what_was_complete_stands_and_the_rest_is_one_rejection() -> None:
    assert read(HEAD + ONE + ONE + b"<expediente><a></expediente>" + ONE + TAIL) == [
        "ok",
        "ok",
        "structure_unreadable",
    ]
    assert read(HEAD + ONE + ONE[:20]) == ["ok", "structure_unreadable"]
    assert read(HEAD + ONE) == ["ok", "structure_unreadable"]


def test_another_child_of_the_root_is_one_rejection_in_its_place() -> None:
    assert read(HEAD + ONE + b"<otro>1</otro>" + ONE + b"<otro/>" + ONE + TAIL) == [
        "ok",
        "structure_unreadable",
        "ok",
        "structure_unreadable",
        "ok",
    ]


def test_a_record_beyond_the_limit_is_rejected_alone() -> None:
    big = b"<expediente>" + b"<a>x</a>" * 50_000 + b"</expediente>"
    assert read(HEAD + ONE + big + ONE + TAIL, record_bytes=100_000) == ["ok", "too_large", "ok"]


def test_a_gigantic_text_rejects_its_record_alone() -> None:
    big = ONE.replace(b">x<", b">" + b"x" * 2_000 + b"<")
    assert read(HEAD + ONE + big + ONE + TAIL, cell_characters=1_000) == ["ok", "too_large", "ok"]


def test_a_text_beyond_the_parsers_limit_is_no_crash() -> None:
    assert read(HEAD + ONE + b"<expediente><a>" + b"x" * 12_000_000 + b"</a></expediente>" + TAIL)[0] == "ok"


def test_a_lone_record_is_a_delivery_of_one() -> None:
    assert read(ONE.replace(b"<expediente ", f'<expediente xmlns="{NAMESPACE}" '.encode())) == ["ok"]


def test_a_kept_element_with_a_document_type_is_refused() -> None:
    with pytest.raises(ValueError, match="forbidden"):
        parse_element(b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')


def test_broken_pieces_count_as_lines() -> None:
    pieces = list(read_xml(io.BytesIO(HEAD + b"<x/>" + ONE + b"<x/>" + ONE + TAIL), ROOT, RECORD, Limits()))
    assert [piece.line for piece in pieces] == [1, 2, 3, 4]
    assert isinstance(pieces[0], Broken)
