"""What is witnessed: who did what to which objects, for what purpose, and how it ended. Never the data.

An entry of the log is an act with an id and an instant; ``leaf`` gives the bytes that are hashed into the
Merkle log. Its form never changes without a new ``FORM``: old entries are verified for ever.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote
from uuid import UUID

from schemas.vocabulary import ActKind

__all__ = ["Act", "ActKind", "Entry", "Purpose", "leaf", "record_thing", "thing"]

FORM: Final = 1
OFFICER_KEY: Final = "officer_key"  # kind of the object that says by which key the officer was proven
TEXT_CHARACTERS: Final = 200
_OBJECT: Final = re.compile(r"[a-z_]{1,30}/[A-Za-z0-9._:%-]{1,250}")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True, slots=True)
class Purpose:
    """For which case and why, in an officer's words, which may hold names: sealed, never in a leaf."""

    case_number: str = field(repr=False)
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Act:
    """``objects`` are ids made by ``thing``; ``outcome`` is a code: ``done``, ``told`` or that of an error;
    ``request`` a keyed digest (``AuditLog.request_digest``), empty where there was no request.

    Raises ``ValueError`` for what is not an id or not printable: data has no way in.
    """

    kind: ActKind
    actor: str
    officer: str | None = field(default=None, repr=False)
    purpose: Purpose | None = field(default=None, repr=False)
    objects: tuple[str, ...] = ()
    outcome: str = "done"
    request: bytes = b""

    def __post_init__(self) -> None:
        texts = (self.actor, self.outcome, *((self.officer,) if self.officer is not None else ()))
        if any(not text or len(text) > TEXT_CHARACTERS or not text.isprintable() for text in texts):
            raise ValueError("a text of an act is empty, too long or not printable")
        if not all(map(_OBJECT.fullmatch, self.objects)):
            raise ValueError("an object of an act is not an id")


def thing(kind: str, id_: UUID | int | str) -> str:
    """``case/0190...``: the id of an object, with what it is the id of."""
    return f"{kind}/{id_}"


def record_thing(feed: str, number: str) -> str:
    """``record/sistra:2-2024-...``: a record by the official number that is kept of it, never by one that
    somebody asked for."""
    return thing("record", f"{feed}:{quote(number, safe='')}")


@dataclass(frozen=True, slots=True)
class Entry:
    """An act as it stands in the log: of the purpose, a keyed digest."""

    id: UUID
    at: datetime
    kind: str
    actor: str
    officer: str | None
    purpose: bytes | None
    objects: tuple[str, ...]
    outcome: str
    request: bytes


def leaf(entry: Entry) -> bytes:
    """One line of JSON: ASCII, keys in order, no blanks, instants in UTC with microseconds, hex digests."""
    told = {
        "actor": entry.actor,
        "at": entry.at.astimezone(UTC).strftime(_INSTANT),
        "form": FORM,
        "id": str(entry.id),
        "kind": entry.kind,
        "objects": list(entry.objects),
        "officer": entry.officer,
        "outcome": entry.outcome,
        "purpose": entry.purpose.hex() if entry.purpose is not None else None,
        "request": entry.request.hex(),
    }
    return json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
