"""Who may read figures that come of several institutions, and in which session.

National figures need the marks of what is not linked yet, which the role of callers does not read: they are
read as the application reads; a limited caller's in a session of their reach.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from app.core.errors import Forbidden
from app.db.engine import ReadSession, database_of
from app.security.callers import caller_of
from app.security.reach import Reach
from app.security.sessions import reach_session


async def get_figures_session(request: Request) -> AsyncIterator[ReadSession]:
    """The requirement stands before it in the signature."""
    whole = caller_of(request).reach.registry
    async with database_of(request).read() if whole else reach_session(request) as session:
        yield session


FiguresDep = Annotated[ReadSession, Depends(get_figures_session, scope="function")]


class OwnFiguresOnly(Forbidden):
    code = "own-figures-only"
    es = (
        "Estas cifras reúnen lo que dicen varias instituciones; su credencial alcanza lo que dice la suya. "
        "Pídalo en /v1/statistics/query con source={source}; al lado de lo publicado, en "
        "/v1/statistics/published/compared."
    )
    en = (
        "These figures bring together what several institutions say; your credential reaches what yours "
        "says. Ask for it at /v1/statistics/query with source={source}; beside what was published, at "
        "/v1/statistics/published/compared."
    )


def refuse_one_feed(reach: Reach) -> None:
    """Raises OwnFiguresOnly for who reaches single feeds: an overlap would tell of the others' records."""
    if reach.kind == "feeds":
        raise OwnFiguresOnly(source=", ".join(sorted(reach.feeds)))
