"""What ingestion needs from matching. ``wiring`` fills it; ingestion knows no more of it than this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.db.engine import WriteSession
from schemas.observations import Observation
from schemas.vocabulary import Role


@dataclass(frozen=True, slots=True)
class MentionIndex:
    """What matching compares of one mention (kept sealed), and the blind keys it is found by."""

    features: bytes
    keys: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RecordIndex:
    """Blind keys of a record and of those of its mentions that are resolved to persons."""

    record_keys: tuple[int, ...]
    mentions: Mapping[tuple[Role, int], MentionIndex]


class Indexer(Protocol):
    @property
    def version(self) -> int:
        """Of what ``index`` makes of an observation. Kept with every record: what is of another is made
        anew."""
        ...

    def index(self, observation: Observation) -> RecordIndex:
        """Pure: the same observation always gives the same index. Safe in several threads at once."""
        ...

    def anonymous(self, features: bytes) -> bytes:
        """What matching would compare of the same mention, were nothing known of who it is."""
        ...


class Linker(Protocol):
    async def link_now(self, session: WriteSession, record_ids: Sequence[int]) -> None:
        """Link these records inside the caller's transaction."""
        ...

    async def link_pending(self, progress: Callable[[int, int], None] | None = None) -> object:
        """Link every record that is dirty when this is called, in transactions of its own.

        ``progress`` is told how many are linked, of how many.
        """
        ...

    async def case_of(self, session: WriteSession, record_id: int) -> UUID | None: ...
