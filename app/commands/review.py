"""``intertrata review``: what may be one and waits for a person, looked at and decided at the console.

The officer is the account of the operating system, in the mark of every look and in the decision itself: as
over the API, the first word on what needs two waits for another officer's.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from app.audit.acts import Act, ActKind, thing
from app.audit.console import CONSOLE, act_at_console
from app.commands.explain import show_explanation
from app.commands.review_tables import show_decision, show_item, show_queue
from app.core.settings import Settings
from app.db.engine import WriteSession
from app.reconciliation.explanations import Sight
from app.reconciliation.review.queue_service import QueueFilter, ReviewQueue, item_id
from app.reconciliation.review.service import ReviewService
from app.reconciliation.review.touching import touched
from app.wiring import Services, open_services
from schemas.judgements import Explanation, PairKind
from schemas.pagination import Page
from schemas.review import ItemState, PairDecision, ReviewDecision, ReviewItem
from schemas.vocabulary import Feed

app = typer.Typer(no_args_is_help=True, help="Revisión de lo que puede ser uno / review of what may be one.")
T = TypeVar("T")


class Word(StrEnum):
    """What is said of an item."""

    SAME = "same"
    DIFFERENT = "different"
    UNSURE = "unsure"


Item = Annotated[str, typer.Argument(help="person-12-45, case-3-8")]
Decision = Annotated[UUID, typer.Argument(help="Decisión / decision.")]
Reason = Annotated[
    str, typer.Option("--reason", help="Por qué; se guarda cifrado / why; kept sealed.", min=3)
]
Preview = Annotated[
    bool, typer.Option("--preview", help="Decir qué cambiaría, sin cambiarlo / tell, and change nothing.")
]
Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.command(name="list")
def list_(  # noqa: PLR0913, PLR0917 - the options are the interface
    state: Annotated[ItemState, typer.Option(help="Estado / state.")] = ItemState.OPEN,
    kind: Annotated[PairKind | None, typer.Option(help="Clase / kind.")] = None,
    department: Annotated[str | None, typer.Option(help="UBIGEO, INEI")] = None,
    feed: Annotated[Feed | None, typer.Option(help="Fuente / feed.")] = None,
    after: Annotated[str | None, typer.Option(help="Lo que dijo next / what next said.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100)] = 20,
    as_json: Json = False,
) -> None:
    """La cola, primero lo que más cambia / the queue, what changes most first."""

    async def told(desk: "Desk") -> Page[ReviewItem]:
        wanted = QueueFilter(state, kind, department, feed)
        page = await desk.queue.page(desk.session, wanted, after, limit, desk.judge)
        await desk.witness(ActKind.PERSON_READ, "told", *_sides(*page.items))
        return page

    found = _at_desk(told)
    if as_json:
        typer.echo(found.model_dump_json())
    else:
        show_queue(found)


@app.command()
def show(item: Item, as_json: Json = False) -> None:
    """Qué cambiaría, y por qué la máquina duda / what would change, and why the machine doubts."""

    async def told(desk: "Desk") -> tuple[ReviewItem, Explanation]:
        found = await desk.queue.item(desk.session, item, desk.judge)
        named = item_id(found.id)
        sight = Sight(exact=True, words=True)
        why = await desk.services.explanations.pair(desk.session, named.kind, named.pair, sight)
        await desk.witness(ActKind.PERSON_READ, "told", *_sides(found))
        return found, why

    found, why = _at_desk(told)
    if as_json:
        typer.echo(f'{{"item":{found.model_dump_json()},"explanation":{why.model_dump_json()}}}')
    else:
        show_item(found)
        show_explanation(why)


@app.command()
def decide(item: Item, word: Word, reason: Reason, preview: Preview = False, as_json: Json = False) -> None:
    """Iguales, distintos o no se sabe / same, different, or it cannot be told."""

    async def done(desk: "Desk") -> ReviewDecision:
        if not preview:
            await desk.queue.claim(desk.session, item, desk.judge)
        return await desk.service.decide(item, PairDecision(outcome=word.value, reason=reason), preview)

    _tell(_at_desk(_witnessed(done, thing("review_item", item))), as_json)


@app.command()
def confirm(decision: Decision, reason: Reason, preview: Preview = False, as_json: Json = False) -> None:
    """Segunda palabra: sí / second word: yes."""
    _tell(_at_desk(_witnessed(lambda desk: desk.service.confirm(decision, reason, preview))), as_json)


@app.command()
def dispute(decision: Decision, reason: Reason, as_json: Json = False) -> None:
    """Segunda palabra: no / second word: no."""
    _tell(_at_desk(_witnessed(lambda desk: desk.service.dispute(decision, reason))), as_json)


@app.command()
def undo(decision: Decision, reason: Reason, preview: Preview = False, as_json: Json = False) -> None:
    """Deshacer una decisión / undo a decision."""
    _tell(_at_desk(_witnessed(lambda desk: desk.service.undo(decision, reason, preview))), as_json)


class Desk:
    """One piece of work of the officer at the console, in one transaction with its mark."""

    def __init__(self, services: Services, session: WriteSession) -> None:
        self.services = services
        self.session = session
        self.judge = _judge(act_at_console(ActKind.DECISION))
        self.queue = ReviewQueue(services.review.clock, services.review.policy)
        self.service = ReviewService(services.review, session, self.judge)

    async def witness(self, kind: ActKind, outcome: str, *objects: str) -> None:
        """Before anything is shown. Raises ``AuditUnavailable``: then nothing was done either."""
        act = act_at_console(kind, *dict.fromkeys(objects), outcome=outcome)
        await self.services.audit.witness(self.session, act)


Work = Callable[[Desk], Awaitable[T]]


def _at_desk(work: Work[T]) -> T:
    async def run() -> T:
        async with open_services(Settings()) as services, services.database.write() as session:
            return await work(Desk(services, session))

    return asyncio.run(run())


def _witnessed(work: Work[ReviewDecision], *sought: str) -> Work[ReviewDecision]:
    """A decision with its mark: whom it touched, and where it stands now."""

    async def done(desk: Desk) -> ReviewDecision:
        told = await work(desk)
        await desk.witness(ActKind.DECISION, told.state.value, *sought, *touched(told))
        return told

    return done


def _judge(act: Act) -> str:
    return f"{CONSOLE}/{act.officer}"


def _sides(*items: ReviewItem) -> list[str]:
    return [thing(item.kind, side.entity) for item in items for side in (item.a, item.b)]


def _tell(told: ReviewDecision, as_json: bool) -> None:
    if as_json:
        typer.echo(told.model_dump_json())
    else:
        show_decision(told)
