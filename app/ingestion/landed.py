"""Landed bytes as a file that adapters read: unsealed chunk by chunk, unpacked within bounds. For threads."""

import hashlib
import io
import zlib
from collections.abc import Callable
from typing import Any, Final

from adapters.base import UnreadableDelivery

CHUNK_BYTES: Final = 1024 * 1024
_GZIP: Final = 31  # zlib's window bits for a gzip stream


class LandedReader(io.RawIOBase):
    """The bytes of a batch as received. ``sha256`` and ``size`` are of what was read so far.

    ``fetch(position)`` gives the plaintext of a chunk, None past the last. What it raises is kept in
    ``failure``, so that a caller can tell a lost database from a delivery that its adapter cannot read.
    """

    def __init__(self, fetch: Callable[[int], bytes | None]) -> None:
        self._fetch = fetch
        self._position = 0
        self._left = memoryview(b"")
        self._hash = hashlib.sha256()
        self.size = 0
        self.failure: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._left and not self._advance():
            return 0
        target = memoryview(buffer).cast("B")
        taken = min(len(target), len(self._left))
        target[:taken] = self._left[:taken]
        self._left = self._left[taken:]
        return taken

    def _advance(self) -> bool:
        try:
            chunk = self._fetch(self._position)
        except BaseException as failure:
            self.failure = failure
            raise
        if chunk is None:
            return False
        self._position += 1
        self._hash.update(chunk)
        self.size += len(chunk)
        self._left = memoryview(chunk)
        return True

    def sha256(self) -> str:
        """Of the whole delivery: what no one has read yet is read now."""
        while self._advance():
            pass
        self._left = memoryview(b"")
        return self._hash.hexdigest()


class Unpacked(io.RawIOBase):
    """A gzip delivery (any number of members) unpacked as it is read, up to ``limit`` bytes.

    Raises ``UnreadableDelivery`` with ``gzip_unreadable`` (corrupt or cut) or ``unpacked_too_large``.
    """

    def __init__(self, packed: io.RawIOBase, limit: int) -> None:
        self._packed = packed
        self._limit = limit
        self._member = zlib.decompressobj(_GZIP)
        self._input = b""
        self._begun = False  # inside a member
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        target = memoryview(buffer).cast("B")
        while True:
            if not self._input:
                self._input = self._packed.read(CHUNK_BYTES) or b""
            if not self._input:
                return self._end()
            data = self._inflate(len(target))
            if data:
                target[: len(data)] = data
                return len(data)

    def _inflate(self, size: int) -> bytes:
        try:
            data = self._member.decompress(self._input, size)
        except zlib.error:
            raise UnreadableDelivery("gzip_unreadable") from None
        self._begun = True
        self._input = self._member.unconsumed_tail
        if self._member.eof:
            self._input = self._member.unused_data
            self._member, self._begun = zlib.decompressobj(_GZIP), False
        self._size += len(data)
        if self._size > self._limit:
            raise UnreadableDelivery("unpacked_too_large")
        return data

    def _end(self) -> int:
        if self._begun:
            raise UnreadableDelivery("gzip_unreadable")
        return 0


def check_gzip(packed: io.RawIOBase, limit: int) -> None:
    """Unpack to nowhere: a corrupt end must be known before the first record is kept."""
    unpacked, sink = Unpacked(packed, limit), bytearray(CHUNK_BYTES)
    while unpacked.readinto(sink):
        pass
