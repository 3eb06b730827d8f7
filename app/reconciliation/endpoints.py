"""Routes of judgements: why two records are one case, or two mentions one person."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request, Response

from app.audit.acts import record_thing, thing
from app.audit.sessions import JudgementReading, Reading
from app.reconciliation.explanations import Explanations, Sight
from app.reconciliation.waterfall import waterfall
from app.security import scopes
from app.security.callers import Caller, JudgementReader
from schemas.judgements import JudgementDetail

router = APIRouter(prefix="/v1", tags=["judgements"])

SVG: Final = "image/svg+xml"
JudgementId = Annotated[int, Path(ge=1, lt=2**63)]
_PICTURE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {SVG: {}}, "description": "Cascada de bits / waterfall of bits"}
}


@router.get(
    "/judgements/{judgement_id}",
    summary="Un juicio y por qué / a judgement and why",
    response_model=JudgementDetail,
    responses={200: {"content": {SVG: {}}}},
)
async def get_judgement(
    request: Request, caller: JudgementReader, reading: JudgementReading, judgement_id: JudgementId
) -> JudgementDetail | Response:
    """Cada comparación, su nivel y su peso en bits; con `Accept: image/svg+xml`, en un dibujo. Quien no puede
    ver identidades recibe niveles y pesos que no dependen de qué nombre es.

    Each comparison, its level and its weight in bits; as a picture with `Accept: image/svg+xml`. Who may not
    see identities is told levels and weights that do not depend on which name it is.
    """
    found = await _explained(request, reading, caller, judgement_id)
    return _drawn(found) if _wants_picture(request) else found


@router.get(
    "/judgements/{judgement_id}/waterfall.svg",
    summary="El dibujo de un juicio / the picture of a judgement",
    response_class=Response,
    responses=_PICTURE,
)
async def get_waterfall(
    request: Request, caller: JudgementReader, reading: JudgementReading, judgement_id: JudgementId
) -> Response:
    return _drawn(await _explained(request, reading, caller, judgement_id))


async def _explained(
    request: Request, reading: Reading, caller: Caller, judgement_id: int
) -> JudgementDetail:
    found = await _explanations(request).judgement(reading.session, judgement_id, _sight(caller))
    ends = (found.explanation.a, found.explanation.b)
    touched = [record_thing(each.feed, each.number) for each in ends]
    touched += [thing(found.explanation.kind, each.entity) for each in ends if each.entity is not None]
    await reading.witness(thing("judgement", judgement_id), *dict.fromkeys(touched))
    return found


def _drawn(found: JudgementDetail) -> Response:
    return Response(waterfall(found.explanation), media_type=SVG, headers={"Vary": "Accept"})


def _wants_picture(request: Request) -> bool:
    wanted = {part.partition(";")[0].strip() for part in request.headers.get("accept", "").split(",")}
    return SVG in wanted and "application/json" not in wanted


def _sight(caller: Caller) -> Sight:
    return Sight(exact=caller.may(scopes.IDENTITY_READ), words=caller.may(scopes.REVIEW))


def _explanations(request: Request) -> Explanations:
    found: Explanations = request.app.state.services.explanations
    return found
