"""Why reviewers decided: free text, which may name a person. Sealed, each under a key of its own."""

from collections.abc import Collection
from uuid import UUID

from app.db.engine import WriteSession
from app.reconciliation.review.repository import ReviewRepository
from app.security.sealing import Sealer


class Reasons:
    def __init__(self, sealer: Sealer, repository: ReviewRepository) -> None:
        self._sealer = sealer
        self._repository = repository

    async def keep(self, act_id: UUID, word: str, reason: str) -> None:
        key, wrapped = self._sealer.new_key()
        await self._repository.add_reason(
            act_id, word, wrapped, key.seal(reason.encode(), _aad(act_id, word))
        )

    async def of(self, act_ids: Collection[UUID]) -> dict[tuple[UUID, str], str]:
        """By act and word, "made" for that of the act itself. What was erased is not there."""
        return {
            (row["act_id"], row["word"]): self._sealer.unwrap(row["data_key"])
            .open(row["reason"], _aad(row["act_id"], row["word"]))
            .decode()
            for row in await self._repository.reasons(act_ids)
        }


async def forget_reasons(session: WriteSession, record_ids: Collection[int]) -> list[UUID]:
    """Empties the reasons of every act that speaks of these records or of anybody in them; ids of the acts.

    With a row goes its key: no copy of it opens any more. That it was decided, and by whom, stays and binds.
    """
    return await ReviewRepository(session).forget_reasons(record_ids)


def _aad(act_id: UUID, word: str) -> bytes:
    return f"review_reason|{act_id}|{word}".encode()
