"""The rows of clients and their credentials, of what was used once, of what was taken back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.db.engine import ReadSession, WriteSession
from app.models.security import Client, ClientCredential, Installation, RevokedToken, SingleUse

_STANDING = """
    EXISTS (SELECT 1 FROM client WHERE id = :client_id AND disabled_at IS NOT NULL)
    OR EXISTS (SELECT 1 FROM revoked_token WHERE token_id = :token_id)"""
_REVOKED = text(f"SELECT {_STANDING}")
_REVOKED_OR_REPEATED = text(f"""
    WITH used AS (
        INSERT INTO single_use (digest, expires_at) VALUES (:digest, :expires_at)
        ON CONFLICT DO NOTHING RETURNING 1
    )
    SELECT NOT EXISTS (SELECT 1 FROM used) OR {_STANDING}, set_config('synchronous_commit', 'off', true)""")


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


async def revoked(session: ReadSession, client_id: str, token_id: str) -> bool:
    return bool(await session.scalar(_REVOKED, {"client_id": client_id, "token_id": token_id}))


async def revoked_or_repeated(
    session: WriteSession, client_id: str, token_id: str, digest: bytes, expires_at: datetime
) -> bool:
    """As ``revoked``, and marks a proof as used; True where it was used before.

    The commit does not wait for the disk: what a crash of the database can lose is the last instants of
    marks, of proofs that are too old when it is up again or whose nonce has gone.
    """
    given = {"client_id": client_id, "token_id": token_id, "digest": digest, "expires_at": expires_at}
    return bool(await session.scalar(_REVOKED_OR_REPEATED, given))


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


async def keys_fingerprint(session: ReadSession) -> bytes | None:
    return await session.scalar(select(Installation.keys_fingerprint))


async def mark_keys(session: WriteSession, fingerprint: bytes) -> bytes:
    """What the database is marked with now: ours, or that of whoever was first."""
    row = insert(Installation).values(id=1, keys_fingerprint=fingerprint)
    await session.execute(row.on_conflict_do_nothing())
    kept: bytes = (await session.execute(select(Installation.keys_fingerprint))).scalar_one()
    return kept
