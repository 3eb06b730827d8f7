"""The content of a version: when two are the same, and in which fields they differ. Pure.

Text compares as the contracts say: without accents, case or double spaces (``Ñ`` is a letter of its own).
The number and the stamp are who and when, not content; the lists of a record are sets.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from schemas.observations import Observation

_NOT_CONTENT: Final = {"number", "stamp"}
_PERSONAL: Final = frozenset({"identity", "narrative"})
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def canonical(observation: Observation) -> bytes:
    """The form whose digest says whether two versions have the same content."""
    text = observation.model_dump_json(exclude=_NOT_CONTENT, exclude_defaults=True)
    return fold(text).encode()


def fold(text: str) -> str:
    folded = " ".join(text.split()).upper()
    if folded.isascii():
        return folded
    return _NOT_ASCII.sub(_plain, unicodedata.normalize("NFC", folded))


def _plain(match: re.Match[str]) -> str:
    return "".join(_without_accent(character) for character in match[0])


@lru_cache(maxsize=1024)
def _without_accent(character: str) -> str:
    if character == "Ñ":
        return character
    return "".join(
        part for part in unicodedata.normalize("NFD", character) if not unicodedata.combining(part)
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two versions differ; the arriving value where it is one word or number."""

    field: str  # mentions are known by role and order: "mentions.victim.2.identity.given"
    value: str | None
    personal: bool


def differences(held: Observation, arriving: Observation) -> list[Difference]:
    """Ordered by field. Empty when the content is the same, the order inside lists apart."""
    before, after = _flat(held), _flat(arriving)
    fields = sorted(
        field
        for field in before.keys() | after.keys()
        if _comparable(before.get(field)) != _comparable(after.get(field))
    )
    return [Difference(field, _word(after.get(field)), _is_personal(field)) for field in fields]


def _is_personal(field: str) -> bool:
    return not _PERSONAL.isdisjoint(field.split("."))


def _word(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _flat(observation: Observation) -> dict[str, Any]:
    document = observation.model_dump(mode="json", exclude=_NOT_CONTENT, exclude_defaults=True)
    mentions = document.pop("mentions", ())
    flat = dict(_leaves("", document))
    for mention in mentions:
        path = f"mentions.{mention.pop('role')}.{mention.pop('order')}"
        flat[path] = True  # a person named by one version only is a difference of its own
        flat.update(_leaves(path + ".", mention))
    return flat


def _leaves(prefix: str, document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _leaves(f"{prefix}{name}.", value)
        else:
            yield prefix + name, value


def _comparable(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(fold(orjson.dumps(item, option=orjson.OPT_SORT_KEYS).decode()) for item in value)
    return fold(value) if isinstance(value, str) else value
