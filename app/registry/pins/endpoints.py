"""Routes of pins: a reviewer fixes a value, sees every word on it, takes it back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from app.audit.acts import ActKind, thing
from app.audit.sessions import Deciding, Reading, audits
from app.db.engine import WriteSession
from app.registry.pins.service import PinService, PinTools, Target
from app.security.callers import PurposedCaller, Reviewer
from schemas.pins import CasePin, PersonPin, PinAnswer, PinItem, Withdrawal

router = APIRouter(prefix="/v1", tags=["pins"])

PinId = Annotated[int, Path(ge=1, lt=2**63)]
CasePins = Annotated[Reading, audits(ActKind.CASE_READ)]
PersonPins = Annotated[Reading, audits(ActKind.PERSON_READ)]
Preview = Annotated[bool, Query(description="Solo mostrar qué cambiaría / only show what would change")]


@router.post(
    "/cases/{case_id}/pins", status_code=201, summary="Fijar un valor de un caso / pin a value of a case"
)
async def pin_case(  # noqa: PLR0913, PLR0917  one parameter of the request each
    request: Request, response: Response, caller: Reviewer, deciding: Deciding, case_id: UUID,
    wanted: CasePin, preview: Preview = False,
) -> PinAnswer:  # fmt: skip
    answer = await _pin(request, deciding, (Target("case", case_id, _judge(caller)), wanted), preview)
    return _coded(response, answer)


@router.get("/cases/{case_id}/pins", summary="Lo fijado de un caso / what is pinned of a case")
async def get_case_pins(
    request: Request, caller: Reviewer, reading: CasePins, case_id: UUID
) -> tuple[PinItem, ...]:
    return await _read(request, reading, Target("case", case_id, _judge(caller)))


@router.delete("/cases/{case_id}/pins/{pin_id}", summary="Soltar un valor fijado / take a pin back")
async def withdraw_case_pin(
    request: Request, caller: Reviewer, deciding: Deciding, case_id: UUID, pin_id: PinId, wanted: Withdrawal
) -> PinAnswer:
    target = Target("case", case_id, _judge(caller))
    return await _withdraw(request, deciding, target, (pin_id, wanted))


@router.post(
    "/persons/{person_id}/pins",
    status_code=201,
    summary="Fijar un valor de una persona / pin a value of a person",
)
async def pin_person(  # noqa: PLR0913, PLR0917
    request: Request, response: Response, caller: Reviewer, deciding: Deciding, person_id: UUID,
    wanted: PersonPin, preview: Preview = False,
) -> PinAnswer:  # fmt: skip
    answer = await _pin(request, deciding, (Target("person", person_id, _judge(caller)), wanted), preview)
    return _coded(response, answer)


@router.get("/persons/{person_id}/pins", summary="Lo fijado de una persona / what is pinned of a person")
async def get_person_pins(
    request: Request, caller: Reviewer, reading: PersonPins, person_id: UUID
) -> tuple[PinItem, ...]:
    return await _read(request, reading, Target("person", person_id, _judge(caller)))


@router.delete("/persons/{person_id}/pins/{pin_id}", summary="Soltar un valor fijado / take a pin back")
async def withdraw_person_pin(
    request: Request, caller: Reviewer, deciding: Deciding, person_id: UUID, pin_id: PinId, wanted: Withdrawal
) -> PinAnswer:
    target = Target("person", person_id, _judge(caller))
    return await _withdraw(request, deciding, target, (pin_id, wanted))


async def _pin(
    request: Request, deciding: Reading, asked: tuple[Target, CasePin | PersonPin], preview: bool
) -> PinAnswer:
    service, target = _service(request, deciding.session), asked[0]
    if not preview:
        answer = await service.pin(*asked)
        await _witnessed(deciding, target, "done")
        return answer
    trial = await deciding.session.begin_nested()
    try:
        answer = await service.pin(*asked)
    finally:
        await trial.rollback()
    await _witnessed(deciding, target, "previewed")
    return answer.model_copy(update={"pin": None, "added": False})


async def _withdraw(
    request: Request, deciding: Reading, target: Target, asked: tuple[int, Withdrawal]
) -> PinAnswer:
    answer = await _service(request, deciding.session).withdraw(target, *asked)
    await _witnessed(deciding, target, "done")
    return answer


async def _read(request: Request, reading: Reading, target: Target) -> tuple[PinItem, ...]:
    found = await _service(request, reading.session).read(target)
    await reading.witness(thing(target.kind, target.id))
    return found


async def _witnessed(deciding: Reading, target: Target, outcome: str) -> None:
    await deciding.witness(thing(target.kind, target.id), outcome=outcome)


def _coded(response: Response, answer: PinAnswer) -> PinAnswer:
    """201 where a word was added; 200 for a preview and for what stood already."""
    if not answer.added:
        response.status_code = 200
    return answer


def _judge(caller: PurposedCaller) -> str:
    return caller.officer


def _service(request: Request, session: WriteSession) -> PinService:
    services = request.app.state.services
    return PinService(session, PinTools(services.linker, services.sealer, services.clock))
