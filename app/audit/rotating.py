"""A new key for the log: made, handed over to in one transaction, and the former ones destroyed.

A crash in between loses nothing: a key that was made and not handed over to signs nothing and goes with the
next rotation; one that was handed over to signs, whatever the ring calls current, for the log says so.
"""

from functools import partial
from pathlib import Path

from app.audit.acts import Act
from app.audit.log import MerkleLog
from app.audit.note import PublicKey, Signer
from app.audit.service import AuditLog
from app.security.key_store import KeyProvider
from app.security.keyring import AUDIT, KeyRing


async def rotate(
    log: MerkleLog, audit: AuditLog, act: Act, origin: str, keys: tuple[Path, KeyProvider]
) -> str:
    """The handover. ``act``: the mark of it. ``keys``: the home that holds the ring, and what protects it.

    Raises ``LogInconsistent``, ``AuditUnavailable``; then the former key signs on.
    """
    home, provider = keys

    def staged() -> Signer:
        return Signer(origin, KeyRing.stage_key(home, AUDIT, provider).secret)

    def settled(today: PublicKey) -> None:
        """On the key that the log names: of rotations at once, the last one's."""
        held = KeyRing.load(home, provider).audit.all()
        (kept,) = (key.id for key in held if Signer(origin, key.secret).public == today)
        KeyRing.settle_on(home, AUDIT, kept, provider)

    note = await log.hand_over(staged, partial(audit.witness, act=act))
    await log.settle(settled)
    return note
