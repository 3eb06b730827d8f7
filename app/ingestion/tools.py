"""What the parts of this stage share. ``wiring`` makes one."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from adapters.base import Adapter, Context, SpillFile
from adapters.base import Limits as RecordLimits
from app.core.clock import Clock, lima_day
from app.db.engine import Database
from app.ingestion.content import canonical
from app.ingestion.errors import UnknownFeed
from app.ingestion.plan import Entry
from app.ingestion.ports import Indexer, Linker
from app.ingestion.storable import checked
from app.ingestion.versions import Version
from app.security.blind import BlindIndex
from app.security.sealing import Sealer
from schemas.observations import Observation
from schemas.translation import Translation
from schemas.vocabulary import Feed

GIB: Final = 1024**3
_CONTENT: Final = "observation"  # label of the digest


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is taken in, and how long it is kept."""

    body_bytes: int = 2 * GIB  # of one batch, as received
    unpacked_bytes: int = 8 * GIB  # of one batch, after gunzip
    record_body_bytes: int = 8 * 1024 * 1024  # of one PUT
    chunk_records: int = 1000  # per transaction
    chunk_bytes: int = 16 * 1024 * 1024  # of verbatim content per transaction
    uploads_at_once: int = 4  # each holds a connection while its bytes arrive
    stall_seconds: float = 60.0  # without a byte, then the upload is given up
    failed_kept: timedelta = timedelta(days=30)  # landed bytes of a failed batch
    answers_kept: timedelta = timedelta(days=2)  # to repeated idempotency keys
    record: RecordLimits = field(default_factory=RecordLimits)


ERASED_WITHIN: Final[Mapping[Feed, timedelta]] = {Feed.LINEA_1818: timedelta(hours=24)}
"""Feeds whose landed bytes hold what is never kept (the caller's telephone): the contract's limit."""


@dataclass(frozen=True, slots=True)
class Tools:
    database: Database
    sealer: Sealer
    blind: BlindIndex
    indexer: Indexer
    linker: Linker
    catalog: Mapping[Feed, Adapter]
    spill: Callable[[], AbstractContextManager[SpillFile]]
    clock: Clock
    limits: Limits = field(default_factory=Limits)

    def adapter(self, feed: Feed) -> Adapter:
        adapter = self.catalog.get(feed)
        if adapter is None:
            raise UnknownFeed(feeds=", ".join(self.catalog))
        return adapter

    def context(self, received_at: datetime) -> Context:
        """Of the day of receipt, so that the same delivery translates the same whenever it is translated."""
        return Context(lima_day(received_at), self.spill, self.limits.record)

    def entry(self, position: int, translation: Translation) -> Entry:
        """Pure but for the key of the digest."""
        translation = checked(translation)
        observation = translation.observation
        version = None if observation is None else self.version(observation)
        return Entry(position, translation, version)

    def version(self, observation: Observation) -> Version:
        return Version(observation.stamp, self.blind.digest(_CONTENT, canonical(observation)))
