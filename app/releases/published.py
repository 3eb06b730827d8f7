"""The releases that a request may read, given to its endpoint: ``releases: Published``."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from app.db.engine import ReadDep, ReadSession
from app.releases.ports import PublishedReleases

ReleasesOf = Callable[[ReadSession], PublishedReleases]
"""The application keeps its one in ``app.state.published_releases``."""


def published_releases(request: Request, session: ReadDep) -> PublishedReleases:
    return published_in(request, session)


def published_in(request: Request, session: ReadSession) -> PublishedReleases:
    """In a session of the endpoint's own, as one that leaves a mark has."""
    of: ReleasesOf = request.app.state.published_releases
    return of(session)


Published = Annotated[PublishedReleases, Depends(published_releases)]
