"""The content of a version: when two are the same, and in which fields they differ. Pure.

Text compares as the contracts say: without accents, case or double spaces (``Ñ`` is a letter of its own).
The number and the stamp are who and when, not content; the lists of a record are sets.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import orjson

from schemas.observations import Observation

_NOT_CONTENT: Final = {"number", "stamp"}
_PERSONAL: Final = frozenset({"identity", "narrative"})
_TILDE: Final = "\u0303"


def canonical(observation: Observation) -> bytes:
    """The form whose digest says whether two versions have the same content."""
    text = observation.model_dump_json(exclude=_NOT_CONTENT, exclude_defaults=True)
    return fold(text).encode()


def fold(text: str) -> str:
    folded = " ".join(text.split()).upper()
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", "".join(_without_accents(folded)))


def _without_accents(text: str) -> Iterator[str]:
    previous = ""
    for character in unicodedata.normalize("NFD", text):
        if not unicodedata.combining(character):
            previous = character
            yield character
        elif character == _TILDE and previous == "N":
            yield character


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which two versions differ; the arriving value where it is one word or number."""

    field: str  # mentions are known by role and order: "mentions.victim.2.identity.given"
    value: str | None
    personal: bool


def differences(held: Observation, arriving: Observation) -> list[Difference]:
    """Ordered by field. Empty when the content is the same, the order inside lists apart."""
    before, after = _flat(held), _flat(arriving)
    fields = sorted(field for field in before.keys() | after.keys() if before.get(field) != after.get(field))
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
        elif isinstance(value, list):
            yield prefix + name, sorted(_sortable(item) for item in value)
        else:
            yield prefix + name, fold(value) if isinstance(value, str) else value


def _sortable(item: Any) -> str:
    return fold(orjson.dumps(item, option=orjson.OPT_SORT_KEYS).decode())
