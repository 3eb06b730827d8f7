"""Routes of SDMX: REST 2.1 under ``/sdmx/3.0``, REST 1.5 under ``/sdmx/2.1``; open to all.

The restricted edition has the same routes under ``/sdmx/restricted``, for holders of ``releases:restricted``.
Neither side knows of the other's flows: what an edition has not is not found, as what never was.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from app.audit.acts import ActKind, thing
from app.audit.sessions import Reading, audits
from app.core.errors import IntertrataError
from app.releases.conditional import OPEN, held_already, not_modified, validators
from app.releases.published import Published, published_in
from app.releases.sdmx import querying
from app.releases.sdmx.codes import AGENCY
from app.releases.sdmx.describing import answers, described
from app.releases.sdmx.errors import error_response
from app.releases.sdmx.negotiation import OFFERS, Chosen, choose, wants_xml
from app.releases.sdmx.querying import Query, query_of
from app.releases.sdmx.references import ALIASES, Wanted
from app.releases.sdmx.refusals import SdmxNoResults, SdmxNotImplemented, SdmxSyntax
from app.releases.sdmx.service import Answer, Ask, Flow, SdmxService, State
from app.security import scopes
from app.security.callers import OpenPace, Requirement
from schemas.releases import Edition

_TOLD_BY_ALL: Final = frozenset({401, 403, 429, 500, 503})  # these leave as everywhere else
VARY: Final = {"Vary": "Accept, Accept-Language"}


class SdmxRoute(APIRoute):
    """Refuses as SDMX does, in XML where that was asked for, unknown parameters too."""

    reads_every_parameter = True

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handle(request)
            except IntertrataError as error:
                if error.status in _TOLD_BY_ALL:
                    raise
                old = "/2.1/" in request.url.path
                xml = wants_xml(request.headers.get("accept"), otherwise=old)
                return error_response(error, xml=xml)

        return handled


class Call:
    """One request: its format, its query, its part of the address."""

    def __init__(self, request: Request, edition: Edition, *, data: bool) -> None:
        api = "2.1" if "/2.1/" in request.url.path else "3.0"
        self.old = api == "2.1"
        self.request, self.edition = request, edition
        accept = ",".join(request.headers.getlist("accept")) or None
        languages = request.headers.get("accept-language")
        self.chosen: Chosen = choose(OFFERS[api, data], accept, languages)
        self.part: Mapping[str, str] = request.path_params

    def query(self, known: tuple[str, ...], *, components: bool) -> Query:
        return query_of(self.request.query_params.multi_items(), known, components=components)

    @property
    def ask(self) -> Ask:
        pairs = sorted(self.request.query_params.multi_items())
        return Ask(f"{self.request.url.path}?{pairs}", self.chosen, self.old)

    def flow(self) -> Flow:
        """Raises ``SdmxSyntax``, ``SdmxNotImplemented``, ``SdmxNoResults``."""
        if not self.old:
            contexts = self.part.get("context", "*").split(",")
            if not {"dataflow", "*"} & {*contexts}:
                raise SdmxNotImplemented(field="context: datastructure, provisionagreement")
            named = (self.part.get("agency", "*"), self.part.get("flow", "*"), self.part.get("version", "*"))
        else:
            named = _flow_reference(self.part["flow"])
            _provided(self.part.get("provider", "all"))
        return Flow(*named, self.part.get("key", "all"), self.part.get("component", "*"))

    def answer(self, answer: Answer) -> Response:
        headers = self.headers(answer.etag, answer)
        if answer.body is None:
            return Response(status_code=204, headers=headers)
        return Response(answer.body, headers=headers, media_type=self.chosen.media_type)

    def headers(self, etag: str, of: Answer | State) -> dict[str, str]:
        shared = OPEN if self.edition is Edition.PUBLIC else {"Cache-Control": "private, no-cache"}
        return {**validators(etag, of.modified), **VARY, **shared}

    def unchanged(self, of: Answer | State) -> Response | None:
        if not held_already(self.request, of.etag, of.modified):
            return None
        return not_modified(self.headers(of.etag, of))


def _flow_reference(given: str) -> tuple[str, str, str]:
    """``DF``, ``AGENCY,DF`` or ``AGENCY,DF,VERSION``."""
    parts = given.split(",")
    if len(parts) > 3 or not all(parts):
        raise SdmxSyntax(field="flowRef", expected="INTERTRATA,DF_CASES_DEPARTMENT,1.0.0")
    if len(parts) == 1:
        return "all", parts[0], "latest"
    return parts[0], parts[1], parts[2] if len(parts) == 3 else "latest"


def _provided(given: str) -> None:
    """Whose data, ``all`` or ``AGENCY,ID`` or ``ID``, several by a plus: all of it is the agency's own."""
    if not any(each.split(",")[-1] in {"all", AGENCY} for each in given.replace(" ", "+").split("+")):
        raise SdmxNoResults


Handler = Callable[..., Awaitable[Response]]
Work = Callable[[Call, SdmxService], Awaitable[Response]]
Reads = Annotated[Reading, audits(ActKind.RELEASE)]


async def _data(call: Call, service: SdmxService) -> Response:
    query = call.query(querying.DATA_21 if call.old else querying.DATA_30, components=True)
    flow = call.flow()
    service.check(flow, query, call.ask)
    state = await service.state(call.ask)
    return call.unchanged(state) or call.answer(await service.data(flow, query, call.ask, state))


async def _availability(call: Call, service: SdmxService) -> Response:
    query = call.query(querying.AVAILABILITY, components=True)
    flow = call.flow()
    service.check(flow, query, call.ask)
    state = await service.state(call.ask)
    return call.unchanged(state) or call.answer(await service.availability(flow, query, call.ask, state))


async def _structures(call: Call, service: SdmxService) -> Response:
    query = call.query(querying.STRUCTURE, components=False)
    part = {name: value for name, value in call.part.items() if name in Wanted.__slots__}
    part["kind"] = ALIASES.get(part["kind"], part["kind"])
    wanted = Wanted(
        **part,
        detail=query.get("detail") or "full",
        references=query.get("references") or "none",
        old=call.old,
    )
    answer = await service.structures(wanted, call.chosen)
    return call.unchanged(answer) or call.answer(answer)


async def _schema(call: Call, service: SdmxService) -> Response:
    query = call.query(querying.SCHEMA_21 if call.old else querying.SCHEMA_30, components=False)
    context = call.part["context"]
    if context not in SCHEMAS:
        raise SdmxSyntax(field="context", expected=", ".join(SCHEMAS))
    flow = Flow(call.part["agency"], call.part["flow"], call.part.get("version", "~"), "*")
    answer = await service.schema(flow, query, call.chosen, of_flow=context == "dataflow")
    return call.unchanged(answer) or call.answer(answer)


def _open(work: Work, *, of_data: bool) -> Handler:
    """Of what tells no exact figure: the public edition, and any structure."""

    async def public(request: Request, releases: Published) -> Response:
        return await work(Call(request, Edition.PUBLIC, data=of_data), SdmxService(releases, Edition.PUBLIC))

    return public


def _closed(work: Work, *, of_data: bool) -> Handler:
    async def restricted(request: Request, releases: Published) -> Response:
        service = SdmxService(releases, Edition.RESTRICTED)
        return await work(Call(request, Edition.RESTRICTED, data=of_data), service)

    return restricted


def _witnessed(work: Work, *, of_data: bool) -> Handler:
    """As the restricted tables under ``/v1/releases``: which tables of which releases were told to whom, or
    the code of the refusal: ``SdmxRoute`` answers refusals before the session's dependency sees them."""

    async def restricted(request: Request, reading: Reads) -> Response:
        service = SdmxService(published_in(request, reading.session), Edition.RESTRICTED)
        try:
            call = Call(request, Edition.RESTRICTED, data=of_data)
            answer = await work(call, service)
        except IntertrataError as refused:
            await reading.witness(outcome=refused.code)
            raise
        tables = (thing("table", f"restricted.{each.id}") for each in service.flows(call.flow()).values())
        await reading.witness(*(thing("release", each) for each in service.told), *tables)
        return answer

    return restricted


async def not_offered(request: Request) -> Response:
    raise SdmxNotImplemented(field="metadata")


SCHEMAS: Final = ("dataflow", "datastructure")


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form of an address; parts at its end may be left out down to ``least``."""

    path: str
    least: str
    work: Work
    query: tuple[str, ...]
    summary: str

    @property
    def of_data(self) -> bool:
        return self.work is _data

    @property
    def of_figures(self) -> bool:
        return self.work in {_data, _availability}


_DATA: Final = "SDMX: datos / data"
_AVAILABLE: Final = "SDMX: qué datos hay / which data there are"
_VALID: Final = "SDMX: qué pueden decir los datos / what data may hold"
_STRUCTURE: Final = "SDMX: estructuras / structures"
FORMS: Final = (
    Form("/3.0/data/{context}/{agency}/{flow}/{version}/{key}", "/data", _data, querying.DATA_30, _DATA),
    Form(
        "/3.0/availability/{context}/{agency}/{flow}/{version}/{key}/{component}",
        "/availability",
        _availability,
        querying.AVAILABILITY,
        _AVAILABLE,
    ),
    Form("/3.0/schema/{context}/{agency}/{flow}/{version}", "{flow}", _schema, querying.SCHEMA_30, _VALID),
    Form(
        "/3.0/structure/{kind}/{agency}/{resource}/{version}/{item}",
        "{kind}",
        _structures,
        querying.STRUCTURE,
        _STRUCTURE,
    ),
    Form("/2.1/data/{flow}/{key}/{provider}", "{flow}", _data, querying.DATA_21, _DATA),
    Form(
        "/2.1/availableconstraint/{flow}/{key}/{provider}/{component}",
        "{flow}",
        _availability,
        querying.AVAILABILITY,
        _AVAILABLE,
    ),
    Form("/2.1/schema/{context}/{agency}/{flow}/{version}", "{flow}", _schema, querying.SCHEMA_21, _VALID),
    Form(
        "/2.1/{kind}/{agency}/{resource}/{version}/{item}",
        "{kind}",
        _structures,
        querying.STRUCTURE,
        _STRUCTURE,
    ),
)


def forms_of(path: str, least: str, *, slashes: bool) -> list[str]:
    """The path, and the path without its last parts, down to ``least``; with ``slashes`` each with one at its
    end too, for some clients write it where they leave out a part."""
    found = [path]
    while not found[-1].endswith(least):
        found.append(found[-1].rpartition("/")[0])
    return [*found, *(f"{each}/" for each in found)] if slashes else found


def _handler(form: Form, edition: Edition) -> Handler:
    if edition is Edition.PUBLIC:
        return _open(form.work, of_data=form.of_data)
    return (_witnessed if form.of_figures else _closed)(form.work, of_data=form.of_data)


def _router(edition: Edition, prefix: str, guard: Any) -> APIRouter:
    made = APIRouter(prefix=prefix, tags=["SDMX"], route_class=SdmxRoute, dependencies=[guard])
    for form in FORMS:
        handler = _handler(form, edition)
        for path in forms_of(form.path, form.least, slashes=edition is Edition.PUBLIC):
            made.add_api_route(
                path,
                handler,
                methods=["GET"],
                summary=form.summary,
                response_class=Response,
                responses=answers(OFFERS["2.1" if path.startswith("/2.1") else "3.0", form.of_data]),
                openapi_extra=described(
                    path, form.query, components=form.of_figures, of_data=form.of_figures
                ),
                include_in_schema=path == form.path,
            )
    if edition is Edition.PUBLIC:
        made.add_api_route("/3.0/metadata/{rest:path}", not_offered, methods=["GET"], include_in_schema=False)
    return made


router = APIRouter()
router.include_router(_router(Edition.PUBLIC, "/sdmx", OpenPace))
router.include_router(
    _router(Edition.RESTRICTED, "/sdmx/restricted", Depends(Requirement((scopes.RELEASES_RESTRICTED,))))
)
