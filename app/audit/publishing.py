"""Checkpoints in a folder that others can copy: ``checkpoint`` is the newest, each stays under its size.

Handovers of keys lie there as checkpoints do, and once more as ``handover`` and ``handover-<size>``: whoever
fetches now and then misses none.
"""

from pathlib import Path
from typing import Final
from uuid import uuid4

NEWEST: Final = "checkpoint"
HANDOVER: Final = "handover"  # of one key to the next


def publish(folder: Path, size: int, note: str, what: str = NEWEST) -> None:
    """Readers see the old file or the new one, never half of one. Never replaces the note of a size."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{what}-{size:012d}"
    if not kept.exists():
        _write(kept, note)
    _write(folder / what, note)


def last_published(folder: Path | None) -> str | None:
    path = folder / NEWEST if folder is not None else None
    return path.read_text(encoding="utf-8") if path is not None and path.exists() else None


def _write(path: Path, note: str) -> None:
    draft = path.with_name(f".{uuid4().hex}.tmp")
    draft.write_text(note, encoding="utf-8")
    draft.replace(path)
