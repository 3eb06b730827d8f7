"""The releases that a request may read, given to its endpoint: ``releases: Published``."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from app.core.errors import NotFound
from app.db.engine import ReadDep, ReadSession
from app.releases.ports import PublishedReleases
from schemas.releases import Edition, Release, ReleaseTable

ReleasesOf = Callable[[ReadSession], PublishedReleases]
"""The application keeps its one in ``app.state.published_releases``."""


class NothingPublished:
    """What a service has that never published: no release, no table."""

    def __init__(self, _session: ReadSession) -> None:
        pass

    async def published(self, _edition: Edition) -> tuple[Release, ...]:
        return ()

    async def table(self, _release: str, _edition: Edition, _table: str) -> ReleaseTable:
        raise NotFound


def published_releases(request: Request, session: ReadDep) -> PublishedReleases:
    of: ReleasesOf = request.app.state.published_releases
    return of(session)


Published = Annotated[PublishedReleases, Depends(published_releases)]
