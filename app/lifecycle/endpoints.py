"""Routes of models."""

from fastapi import APIRouter, Request

from app.db.engine import ReadDep
from app.lifecycle.service import ModelService
from app.security.callers import ModelReader
from schemas.models import ModelsAnswer

router = APIRouter(prefix="/v1", tags=["models"])


@router.get("/models", summary="Modelos de vinculación y su historia / linking models and their history")
async def models(request: Request, caller: ModelReader, session: ReadDep) -> ModelsAnswer:
    """Cuál vincula, con cuál se calculó lo que está en pie, quién promovió qué, cuándo y por qué.

    Which one links, which one computed what stands, who promoted what, when and why.
    """
    service: ModelService = request.app.state.services.lifecycle.models
    return await service.all(session)
