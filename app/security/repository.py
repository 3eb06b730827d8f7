"""The rows of clients and their credentials, of what was used once, of what was taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.db.engine import ReadSession, WriteSession
from app.models.security import Client, ClientCredential, Installation, RevokedToken, SingleUse
from app.security.request_pace import WINDOW_SECONDS, spending

# Whoever is refused spends nothing of the pace. Marks come before paces, here as everywhere, so that two
# requests never wait for each other in a circle.
_ADMIT = text(f"""
    WITH used AS (
        INSERT INTO single_use (digest, expires_at)
        SELECT digest, until FROM unnest(CAST(:digests AS bytea[]), CAST(:untils AS timestamptz[]))
            AS shown (digest, until) ORDER BY digest
        ON CONFLICT DO NOTHING RETURNING digest
    ), standing AS (
        SELECT NOT EXISTS (SELECT 1 FROM client WHERE id = :client AND disabled_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM revoked_token WHERE token_id = :token)
            AND (CAST(:proof AS bytea) IS NULL OR CAST(:proof AS bytea) IN (SELECT digest FROM used))
            AS admitted
    ), spent AS ({spending("FROM standing, asked WHERE standing.admitted")})
    SELECT admitted, ARRAY(SELECT who FROM spent) AS taken, feed, department,
        coalesce(officer_proof = 'required', false) AS officer_required,
        coalesce(CAST(:assertion AS bytea) IN (SELECT digest FROM used), false) AS assertion_first,
        k.material AS officer_key, k.officer AS key_officer,
        set_config('synchronous_commit', 'off', true)
    FROM standing LEFT JOIN client ON client.id = :client
        LEFT JOIN client_credential k
            ON k.client_id = :client AND k.id = CAST(:key AS text) AND k.kind = 'officer_key'
""")


async def find(session: ReadSession, client_id: str) -> Client | None:
    return await session.get(Client, client_id)


async def all_clients(session: ReadSession) -> Sequence[Client]:
    return (await session.scalars(select(Client).order_by(Client.made_at, Client.id))).all()


async def credentials_of(session: ReadSession, client_id: str) -> Sequence[ClientCredential]:
    wanted = select(ClientCredential).where(ClientCredential.client_id == client_id)
    return (await session.scalars(wanted.order_by(ClientCredential.made_at, ClientCredential.id))).all()


async def remove_credential(session: WriteSession, client_id: str, credential_id: str) -> bool:
    """False where the client has none with that id."""
    statement = (
        delete(ClientCredential)
        .where(ClientCredential.client_id == client_id, ClientCredential.id == credential_id)
        .returning(ClientCredential.id)
    )
    return (await session.execute(statement)).first() is not None


async def use_once(session: WriteSession, digest: bytes, expires_at: datetime) -> bool:
    """False where it was used before, in whichever process; of two at once, one is first."""
    row = insert(SingleUse).values(digest=digest, expires_at=expires_at)
    used = await session.execute(row.on_conflict_do_nothing().returning(SingleUse.digest))
    return used.first() is not None


@dataclass(frozen=True, slots=True)
class Use:
    """One request: with which token of which client, and what it spends: seconds of each pace, by its keyed
    digest. ``proof`` and ``assertion`` mark what it shows as used, until an instant; None: it shows none.
    ``key``: the id of the officers' key that the assertion names."""

    client: str
    token: str
    steps: Mapping[bytes, float]
    proof: tuple[bytes, datetime] | None = None
    assertion: tuple[bytes, datetime] | None = None
    key: str | None = None


async def admit(connection: AsyncConnection, use: Use) -> Row[Any]:
    """All that the database must say and keep of one request, in one statement on a connection where each
    stands alone: whether it is ``admitted``, the paces that were ``taken``, the client's ``feed``,
    ``department`` and whether it must prove its officers (``officer_required``); whether the assertion is
    shown for the first time, and the key that it names (``officer_key``, ``key_officer``).

    The commit does not wait for the disk: what a crash of the database can lose is the last instants of
    marks, of proofs that are too old when it is up again or whose nonce has gone.
    """
    shown = [each for each in (use.proof, use.assertion) if each is not None]
    given = {
        "client": use.client,
        "token": use.token,
        "key": use.key,
        "digests": [digest for digest, _ in shown],
        "untils": [until for _, until in shown],
        "proof": use.proof[0] if use.proof else None,
        "assertion": use.assertion[0] if use.assertion else None,
    }
    paces = {"who": list(use.steps), "step": list(use.steps.values()), "most": WINDOW_SECONDS}
    return (await connection.execute(_ADMIT, given | paces)).one()


async def revoke_token(session: WriteSession, token_id: str, expires_at: datetime) -> None:
    row = insert(RevokedToken).values(token_id=token_id, expires_at=expires_at)
    await session.execute(row.on_conflict_do_nothing())


async def forget_expired(session: WriteSession, before: datetime) -> None:
    for table in (SingleUse, RevokedToken):
        await session.execute(delete(table).where(table.expires_at < before))


async def disable(session: WriteSession, client_id: str) -> bool:
    """False where there is no such client. The first time counts."""
    statement = (
        update(Client)
        .where(Client.id == client_id)
        .values(disabled_at=func.coalesce(Client.disabled_at, func.now()))
        .returning(Client.id)
    )
    return (await session.execute(statement)).first() is not None


async def prove_officers(session: WriteSession, client_id: str, proof: str) -> bool:
    """False where there is no such client."""
    statement = update(Client).where(Client.id == client_id).values(officer_proof=proof).returning(Client.id)
    return (await session.execute(statement)).first() is not None


async def keys_fingerprint(session: ReadSession) -> bytes | None:
    return await session.scalar(select(Installation.keys_fingerprint))


async def mark_keys(session: WriteSession, fingerprint: bytes) -> bytes:
    """What the database is marked with now: ours, or that of whoever was first."""
    row = insert(Installation).values(id=1, keys_fingerprint=fingerprint)
    await session.execute(row.on_conflict_do_nothing())
    kept: bytes = (await session.execute(select(Installation.keys_fingerprint))).scalar_one()
    return kept
