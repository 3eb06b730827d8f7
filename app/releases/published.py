"""The releases that a request may read, given to its endpoint: ``releases: Published``."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from app.db.engine import ReadDep, ReadSession
from app.releases.ports import PublishedReleases

ReleasesOf = Callable[[ReadSession], PublishedReleases]
"""The application keeps its one in ``app.state.published_releases``."""


def published_releases(request: Request, session: ReadDep) -> PublishedReleases:
    of: ReleasesOf = request.app.state.published_releases
    return of(session)


Published = Annotated[PublishedReleases, Depends(published_releases)]
