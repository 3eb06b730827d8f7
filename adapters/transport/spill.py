"""The encrypted temporary file that adapters spill to when a delivery outgrows memory."""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BLOCK = 64 * 1024


class EncryptedSpill:
    """Records in, the same records out in order. AES-256-GCM under a key that lives in this object alone.

    The file has no name (it is unlinked as it is made), so a killed process leaves nothing behind that has
    one, and nothing that can be read. A block's number is both its nonce and its associated data: blocks
    can be neither exchanged nor dropped. Writing ends where reading begins.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=directory, buffering=0)  # noqa: SIM115
        self._cipher = AESGCM(AESGCM.generate_key(256))
        self._plain = bytearray()
        self._blocks: list[int] = []  # length of each as written

    def append(self, record: bytes) -> None:
        self._plain += len(record).to_bytes(4, "big")
        self._plain += record
        if len(self._plain) >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        number = len(self._blocks).to_bytes(12, "big")
        block = self._cipher.encrypt(number, bytes(self._plain), number)
        view = memoryview(block)
        while view:
            view = view[self._file.write(view) :]
        self._blocks.append(len(block))
        self._plain.clear()

    def __iter__(self) -> Iterator[bytes]:
        if self._plain:
            self._flush()
        offset = 0
        for index, length in enumerate(self._blocks):
            number = index.to_bytes(12, "big")
            block = self._cipher.decrypt(number, self._read(offset, length), number)
            offset += length
            yield from _records(block)

    def _read(self, offset: int, length: int) -> bytes:
        parts: list[bytes] = []
        while length and (part := os.pread(self._file.fileno(), length, offset)):
            parts.append(part)
            offset, length = offset + len(part), length - len(part)
        return b"".join(parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._plain.clear()


def _records(block: bytes) -> Iterator[bytes]:
    """Blocks end where a record ends."""
    position = 0
    while position < len(block):
        end = position + 4 + int.from_bytes(block[position : position + 4], "big")
        yield block[position + 4 : end]
        position = end


def spill_into(directory: Path | None = None) -> Callable[[], AbstractContextManager[EncryptedSpill]]:
    """For ``Context.spill``: each call opens a new file in ``directory`` (if None, the system's)."""
    return lambda: EncryptedSpill(directory)
