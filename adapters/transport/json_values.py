"""One JSON object from bytes: strictly, for what JSON leaves open is where two readers see two records."""

import json
import math
from collections.abc import Iterable
from typing import Any, NoReturn

from adapters.base import Limits
from adapters.transport.records import UNDECODABLE, Broken, Document, JsonValue
from schemas.translation import IssueCode

DEEPEST = 32
LONGEST_INTEGER = 18  # digits; fits 64 bits


class NotStrict(ValueError):
    """Valid for some readers of JSON, refused here."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrict("a key comes twice")
    return members


def _constant(_: str) -> NoReturn:
    raise NotStrict("NaN and Infinity are no JSON")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_INTEGER:
        raise NotStrict("an integer beyond 64 bits")
    return int(digits)


def _real(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise NotStrict("a number beyond double precision")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_real
)


def read_value(content: bytes) -> JsonValue:
    """Raises ``ValueError`` for anything that is not one strict JSON value of moderate depth in UTF-8."""
    try:
        value: JsonValue = _DECODER.decode(content.decode("utf-8"))
    except RecursionError:
        raise NotStrict("nested too deeply") from None
    if content.count(b"{") + content.count(b"[") > DEEPEST and _deeper_than(value, DEEPEST):
        raise NotStrict("nested too deeply")
    if b"\\u" in content:
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate raises UnicodeEncodeError
    return value


def _deeper_than(value: JsonValue, depth: int) -> bool:
    level: list[JsonValue] = [value]
    while level and depth >= 0:
        level = [child for parent in level for child in _children(parent)]
        depth -= 1
    return bool(level)


def _children(value: JsonValue) -> Iterable[JsonValue]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _has_text_beyond(value: JsonValue, characters: int) -> bool:
    level: list[JsonValue] = [value]
    while level:
        if any(isinstance(each, str) and len(each) > characters for each in level):
            return True
        level = [child for parent in level for child in _children(parent)]
    return False


def read_document(line: int, content: bytes, limits: Limits) -> Document | Broken:
    """One object as a document; whatever else as one broken piece."""
    if len(content) > limits.record_bytes:
        return Broken.of(line, IssueCode.TOO_LARGE, content)
    try:
        value = read_value(content)
    except ValueError:
        return Broken.of(line, IssueCode.STRUCTURE_UNREADABLE, content)
    if not isinstance(value, dict):
        return Broken.of(line, IssueCode.STRUCTURE_UNREADABLE, content)
    if len(content) > limits.cell_characters and _has_text_beyond(value, limits.cell_characters):
        return Broken.of(line, IssueCode.TOO_LARGE, content)
    if b"\\u0000" in content:
        return Document(line, _without_nul(value), content, damaged=True)
    return Document(line, value, content)


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", UNDECODABLE)
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {_without_nul(key): _without_nul(item) for key, item in value.items()}
    return value
