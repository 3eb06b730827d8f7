"""Route of the printed figures beside the registry's."""

from fastapi import APIRouter, Request

from app.security.callers import ExactReader
from app.statistics.cube.service import Cube
from app.statistics.published.service import PublishedService
from app.statistics.readers import FiguresDep
from schemas.published import Compared
from schemas.vocabulary import Feed

router = APIRouter(prefix="/v1/statistics/published", tags=["statistics"])


@router.get(
    "/compared", summary="Lo publicado, al lado del registro / what was published, beside the registry"
)
async def compared(request: Request, caller: ExactReader, session: FiguresDep) -> Compared:
    cube: Cube = request.app.state.cube
    held = await cube.of_snapshot(session, Feed) if caller.reach.registry else None
    return await PublishedService(session, caller.reach, held).compared()
