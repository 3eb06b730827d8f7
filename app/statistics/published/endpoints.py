"""Route of the printed figures beside the registry's."""

from fastapi import APIRouter

from app.db.engine import ReadDep
from app.security.callers import WholeExactReader
from app.statistics.published.service import PublishedService
from schemas.published import Compared

router = APIRouter(prefix="/v1/statistics/published", tags=["statistics"])


@router.get(
    "/compared", summary="Lo publicado, al lado del registro / what was published, beside the registry"
)
async def compared(caller: WholeExactReader, session: ReadDep) -> Compared:
    return await PublishedService(session).compared()
