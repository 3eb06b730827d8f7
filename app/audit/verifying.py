"""Whether a log is the one that was signed: from its lines, the public key and checkpoints held elsewhere.

Nothing here is shared with what writes the log: lines, hashes and roots are made anew, one line at a time, in
memory that does not grow (one hash per level of the tree).
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final

from app.audit.errors import VerificationFailed
from app.audit.note import Checkpoint

SHORTER: Final = "faltan asientos al final / entries at the end are missing ({size} < {wanted})"
DIFFERS: Final = "los primeros {wanted} asientos no son los firmados / the first {wanted} entries differ"
GAP: Final = "falta el asiento de la posición {wanted} / the entry at position {wanted} is missing"
ALTERED: Final = "el asiento de la posición {wanted} fue alterado / the entry at {wanted} was altered"
FOREIGN: Final = "el punto de control es de otra bitácora / the checkpoint is of another log"


_JSON: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds: the log as read, and the checkpoints that it was found to continue."""

    size: int
    root: bytes
    sizes: tuple[int, ...]


@dataclass(slots=True)
class Verification:
    """Feed it every line in order, then ask for the verdict. Raises ``VerificationFailed`` at the first
    checkpoint that does not hold."""

    trusted: tuple[Checkpoint, ...]
    size: int = 0
    _peaks: list[tuple[int, bytes]] = field(default_factory=list)  # (leaves below, hash), largest first
    _next: list[Checkpoint] = field(default_factory=list)

    def __post_init__(self) -> None:
        if len({each.origin for each in self.trusted}) > 1:
            raise VerificationFailed(finding=FOREIGN)
        self._next = sorted(self.trusted, key=lambda each: -each.size)
        self._compare()

    def feed(self, line: bytes) -> bytes:
        """The hash of the line."""
        hash_ = new = hashlib.sha256(b"\x00" + line).digest()
        below = 1
        while self._peaks and self._peaks[-1][0] == below:
            new = hashlib.sha256(b"\x01" + self._peaks.pop()[1] + new).digest()
            below *= 2
        self._peaks.append((below, new))
        self.size += 1
        self._compare()
        return hash_

    def verdict(self) -> Verdict:
        if self._next:
            raise VerificationFailed(finding=SHORTER.format(size=self.size, wanted=self._next[0].size))
        return Verdict(self.size, self._root(), tuple(sorted(each.size for each in self.trusted)))

    def _compare(self) -> None:
        while self._next and self._next[-1].size == self.size:
            if self._next.pop().root != self._root():
                raise VerificationFailed(finding=DIFFERS.format(wanted=self.size))

    def _root(self) -> bytes:
        if not self._peaks:
            return hashlib.sha256(b"").digest()
        *left, (_, root) = self._peaks
        for _, hash_ in reversed(left):
            root = hashlib.sha256(b"\x01" + hash_ + root).digest()
        return root


def verified_lines(lines: Iterable[bytes], trusted: tuple[Checkpoint, ...]) -> Verdict:
    """Of an export: a line per entry, as ``intertrata audit export`` writes it. Raises
    ``VerificationFailed``."""
    verification = Verification(trusted)
    for line in lines:
        verification.feed(line.removesuffix(b"\n"))
    return verification.verdict()


class RowVerification:
    """Of the database's own rows: beside the checkpoints, that nothing is missing between them and that each
    row is the one its position was given to."""

    def __init__(self, trusted: tuple[Checkpoint, ...]) -> None:
        self._verification = Verification(trusted)

    def feed(self, row: Mapping[str, Any]) -> None:
        """``position``, ``hash``, and the columns of the entry (``id`` None: there is none)."""
        wanted = self._verification.size
        if row["position"] != wanted or row["id"] is None:
            raise VerificationFailed(finding=GAP.format(wanted=wanted))
        if self._verification.feed(line_of(row)) != row["hash"]:
            raise VerificationFailed(finding=ALTERED.format(wanted=wanted))

    def verdict(self) -> Verdict:
        return self._verification.verdict()


def line_of(row: Mapping[str, Any]) -> bytes:
    """The line of an entry, as ``docs/decisions/0012-witnessed.md`` gives its form."""
    purpose = row["purpose"]
    told = {
        "actor": row["actor"],
        "at": row["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "form": 1,
        "id": str(row["id"]),
        "kind": row["kind"],
        "objects": list(row["objects"]),
        "officer": row["officer"],
        "outcome": row["outcome"],
        "purpose": None if purpose is None else purpose.hex(),
        "request": row["request"].hex(),
    }  # in this order
    return _JSON(told).encode()
