"""A database belongs to the keys it was first opened with.

Other keys would make records that nobody can open and blind indexes that never meet: silently, and for good.
"""

import hmac
from typing import Final

from app.core.errors import OperatorError
from app.db.engine import Database
from app.security import repository
from app.security.keyring import KeyRing

_LABEL: Final = b"intertrata installation"


class KeysOfAnotherInstallation(OperatorError):
    code = "keys-of-another-installation"
    es = "Esta base de datos se cifró con otras claves. Use el INTERTRATA_HOME que las tiene."
    en = "This database was sealed with other keys. Use the INTERTRATA_HOME that holds them."


def fingerprint(keyring: KeyRing) -> bytes:
    """32 bytes, the same as long as blind and digest keys are; rotating wrapping or signing keys is free."""
    return hmac.digest(keyring.digest.secret, hmac.digest(keyring.blind.secret, _LABEL, "sha256"), "sha256")


async def claim(database: Database, keyring: KeyRing) -> None:
    """Mark an unmarked database as ours. Raises ``KeysOfAnotherInstallation`` where it is another's."""
    ours = fingerprint(keyring)
    async with database.read() as session:
        kept = await repository.keys_fingerprint(session)
    if kept is None:
        async with database.write() as session:
            kept = await repository.mark_keys(session, ours)
    if not hmac.compare_digest(kept, ours):
        raise KeysOfAnotherInstallation
