"""All rows of one record together, wherever they stand in the file, in constant memory.

Groups come in the order in which their first row appeared, whether they were held in memory or spilled: the
position of a group depends on the bytes alone. Spilled rows go to partitions by key; each partition is
gathered on its own and written in order of first appearance; the partitions are merged.
"""

import heapq
import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

import orjson

from adapters.base import Context, SpillFile
from adapters.transport.records import Broken, Row
from schemas.translation import IssueCode

PARTITIONS = 64
BYTES_IN_MEMORY = 48 * 1024 * 1024
ROW_OVERHEAD, CELL_OVERHEAD = 300, 60
"""What a row and each of its cells cost in memory beside their characters, in bytes, roughly."""

_HEAD = struct.Struct(">QIH")  # index, size, length of the name


@dataclass(slots=True)
class Group:
    """Rows of one key in file order; where together they are beyond ``record_bytes``, the first of them."""

    key: str | None  # None: a row that belongs to no record, alone
    rows: list[Row]
    too_large: bool = False


Key = Callable[[Row], str | None]


@dataclass(slots=True)
class _Entry:
    index: int
    key: str | None
    row: Row | Broken

    @property
    def name(self) -> bytes:
        """What it is gathered under; an entry without key stands alone."""
        return b"#%d" % self.index if self.key is None else b"=" + self.key.encode("utf-8", "surrogatepass")

    @property
    def size(self) -> int:
        """Characters, delimiters among them."""
        row = self.row
        return len(row.content) if isinstance(row, Broken) else sum(map(len, row.cells)) + len(row.cells)

    @property
    def memory(self) -> int:
        cells = 1 if isinstance(self.row, Broken) else len(self.row.cells)
        return ROW_OVERHEAD + CELL_OVERHEAD * cells + self.size


def grouped(rows: Iterable[Row | Broken], key: Key, context: Context) -> Iterator[Group | Broken]:
    """Yield each key's rows as one group; a row with key None alone; a broken row as it is."""
    entries = (
        _Entry(index, None if isinstance(row, Broken) else key(row), row) for index, row in enumerate(rows)
    )
    held: list[_Entry] = []
    room = BYTES_IN_MEMORY
    for entry in entries:
        held.append(entry)
        room -= entry.memory
        if len(held) >= context.limits.rows_in_memory or room <= 0:
            yield from _spilled(held, entries, context)
            return
    yield from _in_memory(held, context.limits.record_bytes)


def _in_memory(held: list[_Entry], longest: int) -> Iterator[Group | Broken]:
    gathered: dict[bytes, list[_Entry]] = {}
    for entry in held:
        gathered.setdefault(entry.name, []).append(entry)
    for entries in gathered.values():
        fitting = _fitting([entry.size for entry in entries], longest)
        yield _piece([(entry.key, entry.row) for entry in entries[:fitting]], fitting < len(entries))


def _fitting(sizes: list[int], longest: int) -> int:
    """How many of the first ones fit together; one always does."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > longest and count:
            return count
    return len(sizes)


def _piece(rows: list[tuple[str | None, Row | Broken]], too_large: bool) -> Group | Broken:
    key, first = rows[0]
    if isinstance(first, Broken):
        return first
    return Group(key, [row for _, row in rows if isinstance(row, Row)], too_large)


def _spilled(held: list[_Entry], rest: Iterator[_Entry], context: Context) -> Iterator[Group | Broken]:
    with ExitStack() as ordered_files:
        with ExitStack() as files:
            partitions: list[SpillFile] = [files.enter_context(context.spill()) for _ in range(PARTITIONS)]
            for entry in chain(held, rest):
                name = entry.name
                partitions[zlib.crc32(name) % PARTITIONS].append(_pack_entry(entry, name))
            held.clear()
            ordered = [
                _in_order(
                    partition, ordered_files.enter_context(context.spill()), context.limits.record_bytes
                )
                for partition in partitions
            ]
        for packed in heapq.merge(*ordered, key=lambda packed: packed[:8]):
            yield _unpack_group(packed)


def _pack_entry(entry: _Entry, name: bytes) -> bytes:
    row = entry.row
    stored = (
        (entry.key, row.line, row.cells, row.damaged)
        if isinstance(row, Row)
        else (entry.key, row.line, row.code.value, row.content.decode())
    )
    return _HEAD.pack(entry.index, entry.size, len(name)) + name + orjson.dumps(stored)


def _in_order(partition: SpillFile, target: SpillFile, longest: int) -> SpillFile:
    """Write the partition's groups, each as one record, in order of first appearance."""
    gathered: dict[bytes, tuple[bytes, list[bytes], list[int]]] = {}
    for packed in partition:
        _, size, length = _HEAD.unpack_from(packed)
        name = packed[_HEAD.size : _HEAD.size + length]
        _, rows, sizes = gathered.setdefault(name, (packed[:8], [], [0, 0]))
        sizes[0] += size
        if sizes[0] <= longest or not rows:
            rows.append(packed[_HEAD.size + length :])
        else:
            sizes[1] = 1
    for first, rows, (_, too_large) in gathered.values():
        target.append(first + bytes((too_large,)) + b"[" + b",".join(rows) + b"]")
    return target


def _unpack_group(packed: bytes) -> Group | Broken:
    rows: list[tuple[str | None, Row | Broken]] = []
    for key, line, cells, last in orjson.loads(packed[9:]):
        if isinstance(cells, str):
            rows.append((key, Broken(line, IssueCode(cells), last.encode())))
        else:
            rows.append((key, Row(line, tuple(cells), last)))
    return _piece(rows, bool(packed[8]))
