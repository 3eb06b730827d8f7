"""A database is used with the keys it was sealed with, and with no others."""

import asyncio

import pytest

from app.db.engine import Database
from app.security.installation import KeysOfAnotherInstallation, claim, fingerprint
from app.security.keyring import KeyRing


async def test_the_first_keys_claim_the_database_and_keep_it(database: Database) -> None:
    ours = KeyRing.generate()
    await claim(database, ours)
    await claim(database, ours)
    with pytest.raises(KeysOfAnotherInstallation):
        await claim(database, KeyRing.generate())


async def test_of_several_that_come_at_once_one_wins(database: Database) -> None:
    rings = [KeyRing.generate() for _ in range(4)]
    outcomes = await asyncio.gather(*(claim(database, ring) for ring in rings), return_exceptions=True)
    assert sum(outcome is None for outcome in outcomes) == 1
    assert sum(isinstance(outcome, KeysOfAnotherInstallation) for outcome in outcomes) == 3


def test_the_fingerprint_is_no_key() -> None:
    ring = KeyRing.generate()
    secrets = {ring.blind.secret, ring.digest.secret, ring.wrapping.current.secret, ring.operator.secret}
    assert fingerprint(ring) not in secrets
    assert fingerprint(ring) == fingerprint(ring)
