"""The Merkle log over the entries: positions, checkpoints, proofs.

Entries are witnessed without a lock and get their positions here, by one sequencer at a time: a transaction
of its own that sees every entry committed before it. So positions have no gaps, and no reading waits for
another. Whoever asks for the log (a checkpoint, a proof, a page of entries) has it brought up to date first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.audit import repository
from app.audit.errors import AuditKeyMissing, LogInconsistent, NoCheckpoint, OutsideTheLog
from app.audit.merkle import Node, Span, consistency_spans, grown, inclusion_spans, span_hash, span_nodes
from app.audit.note import Checkpoint, PublicKey, Signer
from app.audit.publishing import HANDOVER, last_published, publish
from app.audit.succession import Succession, handed_over
from app.db.engine import Database, ReadSession, WriteSession

AT_ONCE: Final = 5_000  # entries in one transaction of the sequencer


@dataclass(frozen=True, slots=True)
class Proof:
    """``leaf``: the hash that is proven to stand at ``position``; None in a proof of consistency."""

    size: int  # of the log that it is a proof about
    leaf: bytes | None
    hashes: tuple[bytes, ...]


Renew = Callable[[], tuple[Signer, ...] | None]  # the keys where they have changed since the last call


class Signers:
    """The private keys that this process holds, the ring's current one first."""

    def __init__(self, *signers: Signer, renew: Renew | None = None) -> None:
        self._signers = signers
        self._renew = renew

    @property
    def current(self) -> PublicKey:
        return self._signers[0].public

    def of(self, key: PublicKey) -> Signer:
        """Another process may have made it meanwhile. Raises ``AuditKeyMissing``."""
        found = self._found(key)
        if found is None and self._renew is not None and (renewed := self._renew()) is not None:
            self._signers = renewed
            found = self._found(key)
        if found is None:
            raise AuditKeyMissing
        return found

    def _found(self, key: PublicKey) -> Signer | None:
        return next((signer for signer in self._signers if signer.public == key), None)


class MerkleLog:
    def __init__(self, database: Database, signers: Signers, folder: Path | None = None) -> None:
        """``folder``: where checkpoints are published for others to fetch."""
        self._database = database
        self._signers = signers
        self._folder = folder

    async def succession(self, session: ReadSession) -> Succession:
        """The keys that signed this log and when, as its own handovers tell."""
        kept = await repository.handovers(session)
        return Succession((self._signers.current,), kept)

    async def public_key(self) -> PublicKey:
        """Of the key that signs today."""
        async with self._database.read() as session:
            return (await self.succession(session)).current

    async def sequence(self) -> int:
        """Give every committed entry its position; how many there are in all."""
        while True:
            async with self._database.write() as session:
                await repository.lock(session)
                size = await repository.size(session)
                taken = await _sequence(session, size)
            if taken < AT_ONCE:
                return size + taken

    async def checkpoint(self) -> str:
        """A signed note of the log as it is now, kept and published.

        Raises ``LogInconsistent`` where the log does not continue what was signed before: never signed over.
        """
        await self.sequence()
        async with self._database.write() as session:
            await repository.lock(session)
            keys = await self.succession(session)
            head = await self._head(session, keys)
            note = self._signers.of(keys.current).sign(head)
            await repository.keep_checkpoint(session, head.size, note)
        if self._folder is not None:
            publish(self._folder, head.size, note)
        return note

    async def hand_over(
        self, staged: Callable[[], Signer], witness: Callable[[WriteSession], Awaitable[object]]
    ) -> str:
        """From here on the key that ``staged`` makes signs; the handover, signed by both, kept and published.

        ``witness`` leaves the mark of it, whose position is the last of the handover's log: so no other
        checkpoint is of its size. Both are called under the log's lock. Raises as ``checkpoint``, and then
        nothing is handed over.
        """
        await self.sequence()
        async with self._database.write() as session:
            await repository.lock(session)
            await witness(session)
            while await _sequence(session, await repository.size(session)) == AT_ONCE:
                pass
            keys = await self.succession(session)
            head = await self._head(session, keys)
            note = handed_over(head, self._signers.of(keys.current), staged())
            await repository.keep_checkpoint(session, head.size, note)
        if self._folder is not None:
            publish(self._folder, head.size, note)
            publish(self._folder, head.size, note, HANDOVER)
        return note

    async def settle(self, settled: Callable[[PublicKey], None]) -> None:
        """Under the log's lock, so that nobody stages a key or hands over meanwhile; with today's key."""
        async with self._database.write() as session:
            await repository.lock(session)
            settled((await self.succession(session)).current)

    async def last(self, session: ReadSession) -> str:
        """The newest checkpoint. Raises ``NoCheckpoint``."""
        note = await repository.last_checkpoint(session)
        if note is None:
            raise NoCheckpoint
        return note

    async def inclusion(self, session: ReadSession, position: int, size: int | None) -> Proof:
        """That an entry stands at ``position`` of the log of ``size`` (None: as it is). Raises
        ``OutsideTheLog``."""
        size = await _checked(session, size, above=position)
        spans = inclusion_spans(position, size)
        leaf = Node(0, position)
        known = await _known(session, (Span(position, position + 1), *spans))
        return Proof(size, known[leaf], tuple(span_hash(span, known) for span in spans))

    async def consistency(self, session: ReadSession, old: int, new: int | None) -> Proof:
        """That the log of ``new`` continues the log of ``old``. Raises ``OutsideTheLog``."""
        new = await _checked(session, new, above=old - 1)
        spans = consistency_spans(old, new) if old else ()
        known = await _known(session, spans)
        return Proof(new, None, tuple(span_hash(span, known) for span in spans))

    async def _head(self, session: ReadSession, keys: Succession) -> Checkpoint:
        """What is to be signed. Raises ``LogInconsistent`` unless it continues what was."""
        size = await repository.size(session)
        for note in (await repository.last_checkpoint(session), last_published(self._folder)):
            before = None if note is None else keys.opened(note)
            if before and (before.size > size or await _root(session, before.size) != before.root):
                raise LogInconsistent
        return Checkpoint(keys.current.name, size, await _root(session, size))


async def _sequence(session: WriteSession, size: int) -> int:
    pending = await repository.take_pending(session, AT_ONCE)
    if not pending:
        return 0
    edge = await repository.nodes(session, span_nodes(Span(0, size)))
    leaves = [(size + index, entry_id, hash_) for index, (entry_id, hash_) in enumerate(pending)]
    await repository.add_leaves(session, leaves)
    await repository.add_nodes(session, grown(edge, size, (hash_ for _, hash_ in pending)))
    return len(pending)


async def _root(session: ReadSession, size: int) -> bytes:
    span = Span(0, size)
    return span_hash(span, await _known(session, (span,)))


async def _known(session: ReadSession, spans: tuple[Span, ...]) -> dict[Node, bytes]:
    """Raises ``LogInconsistent`` where hashes are missing that the log must have."""
    wanted = {node for span in spans for node in span_nodes(span)}
    found = await repository.nodes(session, wanted)
    if found.keys() != wanted:
        raise LogInconsistent
    return found


async def _checked(session: ReadSession, asked: int | None, *, above: int) -> int:
    size = await repository.size(session)
    wanted = size if asked is None else asked
    if not above < wanted <= size:
        raise OutsideTheLog(size=size)
    return wanted
