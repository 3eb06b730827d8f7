"""Grouping of rows wherever they stand, and the encrypted file it spills to."""

import os
import random
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from adapters.transport import Broken, EncryptedSpill, Group, Row, grouped
from schemas.translation import IssueCode
from support.deliveries import context


def key(row: Row) -> str | None:
    return row.cells[0] or None


def gathered(pieces: list[Row | Broken], **limits: int) -> list[tuple[object, list[int], bool]]:
    found = []
    for group in grouped(pieces, key, context(**limits)):
        if isinstance(group, Group):
            found.append((group.key, [row.line for row in group.rows], group.too_large))
        else:
            found.append((group.code, [group.line], False))
    return found


def by_hand(pieces: list[Row | Broken]) -> list[tuple[object, list[int], bool]]:
    """The slow obvious reference: a group stands where its first row stood."""
    found: dict[object, tuple[object, list[int], bool]] = {}
    for piece in pieces:
        if isinstance(piece, Broken):
            found[piece.line] = (piece.code, [piece.line], False)
        else:
            name = key(piece)
            found.setdefault(name or piece.line, (name, [], False))[1].append(piece.line)
    return list(found.values())


rows_of_any_order = st.lists(
    st.one_of(
        st.sampled_from(["A", "B", "C", "Ñ", "", "#0", "=A"]).map(lambda name: Row(0, (name, "x"))),
        st.builds(lambda: Broken(0, IssueCode.STRUCTURE_UNREADABLE, b"raw")),
    ),
    max_size=40,
)


@given(pieces=rows_of_any_order, in_memory=st.integers(1, 50))
def test_groups_stand_in_order_of_first_appearance_spilled_or_not(
    pieces: list[Row | Broken], in_memory: int
) -> None:
    for line, piece in enumerate(pieces, start=1):
        piece.line = line
    assert gathered(pieces, rows_in_memory=in_memory) == by_hand(pieces)


def test_spilled_rows_come_back_as_they_were() -> None:
    rows: list[Row | Broken] = [Row(n, (f"K{n % 7}", "Ñandú;\n", ""), damaged=n % 2 == 0) for n in range(100)]
    found = [row for group in grouped(rows, key, context(rows_in_memory=10)) for row in group.rows]  # type: ignore[union-attr]
    assert sorted(found, key=lambda row: row.line) == rows


def test_a_group_beyond_the_limit_is_marked_and_cut_alike_in_memory_and_spilled() -> None:
    rows: list[Row | Broken] = [Row(n, ("K" if n % 2 else f"L{n}", "x" * 1_000)) for n in range(200)]
    in_memory, spilled = (
        gathered(rows, record_bytes=20_000),
        gathered(rows, record_bytes=20_000, rows_in_memory=5),
    )
    assert in_memory == spilled
    cut = [group for group in spilled if group[2]]
    assert [group[0] for group in cut] == ["K"]
    assert 0 < len(cut[0][1]) < 100


def test_records_come_back_in_order_and_again() -> None:
    records = [random.Random(n).randbytes(n * 37 % 5_000) for n in range(300)] + [b"", b"x" * 300_000]
    with EncryptedSpill() as spill:
        for record in records:
            spill.append(record)
        assert list(spill) == records
        assert list(spill) == records


def test_the_file_has_no_name_and_shows_nothing(tmp_path: Path) -> None:
    with EncryptedSpill(tmp_path) as spill:
        for _ in range(10_000):
            spill.append(b"MARICIELO CCORI HUAMAN")
        list(spill)
        assert list(tmp_path.iterdir()) == []
        descriptor = spill._file.fileno()
        written = os.pread(descriptor, 10_000_000, 0)
    assert len(written) > 200_000
    assert b"MARICIELO" not in written
