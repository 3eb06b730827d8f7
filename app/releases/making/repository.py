"""Builds that were asked for."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from app.db.engine import ReadSession, WriteSession
from app.models.releases import ReleaseBuild
from schemas.releases import BuildState

OPEN = (BuildState.ASKED, BuildState.RUNNING)


class BuildRepository:
    def __init__(self, session: ReadSession) -> None:
        self._session = session

    async def one(self, build: UUID) -> ReleaseBuild | None:
        return await self._first(ReleaseBuild.id == build)

    async def of_key(self, client: str, key: str) -> ReleaseBuild | None:
        return await self._first(ReleaseBuild.client == client, ReleaseBuild.key == key)

    async def open_of(self, period: str) -> ReleaseBuild | None:
        return await self._first(ReleaseBuild.period == period, ReleaseBuild.state.in_(OPEN))

    async def latest(self, limit: int) -> Sequence[ReleaseBuild]:
        wanted = select(ReleaseBuild).order_by(ReleaseBuild.asked_at.desc(), ReleaseBuild.id).limit(limit)
        return (await self._session.execute(wanted)).scalars().all()

    async def _first(self, *conditions: Any) -> ReleaseBuild | None:
        found = await self._session.execute(select(ReleaseBuild).where(*conditions))
        return found.scalar_one_or_none()


class BuildWriter(BuildRepository):
    def __init__(self, session: WriteSession) -> None:
        super().__init__(session)

    async def keep(self, row: dict[str, Any]) -> None:
        """``asked``; its instant is the transaction's."""
        await self._session.execute(
            insert(ReleaseBuild).values(**row, state=BuildState.ASKED.value, attempts=0)
        )

    async def begin(self, build: UUID) -> ReleaseBuild | None:
        """Counts an attempt at what is open; None where it is not."""
        values = {"state": BuildState.RUNNING.value, "attempts": ReleaseBuild.attempts + 1}
        changed = await self._session.execute(
            update(ReleaseBuild)
            .where(ReleaseBuild.id == build, ReleaseBuild.state.in_(OPEN))
            .values(values)
            .returning(ReleaseBuild)
        )
        return changed.scalar_one_or_none()

    async def finish(self, build: UUID, state: BuildState, **told: str) -> bool:
        """False where it is not open any more: somebody else finished it."""
        changed = await self._session.execute(
            update(ReleaseBuild)
            .where(ReleaseBuild.id == build, ReleaseBuild.state.in_(OPEN))
            .values(state=state.value, finished_at=func.now(), **told)
            .returning(ReleaseBuild.id)
        )
        return changed.scalar_one_or_none() is not None
