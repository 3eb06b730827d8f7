"""Routes of SDMX: REST 2.1 under ``/sdmx/3.0``, REST 1.5 under ``/sdmx/2.1``; open to all.

The restricted edition has the same routes under ``/sdmx/restricted``, for holders of ``releases:restricted``.
Neither side knows of the other's flows: what an edition has not is not found, as what never was.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from app.core.errors import IntertrataError
from app.releases.conditional import OPEN, held_already, not_modified, validators
from app.releases.published import Published
from app.releases.sdmx import querying
from app.releases.sdmx.describing import answers, described
from app.releases.sdmx.errors import error_response
from app.releases.sdmx.negotiation import OFFERS, Chosen, choose, wants_xml
from app.releases.sdmx.querying import Query, query_of
from app.releases.sdmx.references import Wanted
from app.releases.sdmx.refusals import SdmxNotImplemented, SdmxSyntax
from app.releases.sdmx.service import Answer, Ask, Flow, SdmxService, State
from app.security import scopes
from app.security.callers import OpenPace, Requirement
from schemas.releases import Edition

_TOLD_BY_ALL: Final = frozenset({401, 403, 429, 500, 503})  # these leave as everywhere else
VARY: Final = {"Vary": "Accept, Accept-Language"}


class SdmxRoute(APIRoute):
    """Refuses as SDMX does, in XML where that was asked for."""

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
        """Raises ``SdmxSyntax``, ``SdmxNotImplemented``."""
        if not self.old:
            if self.part.get("context", "dataflow") not in {"dataflow", "*"}:
                raise SdmxNotImplemented(field="context: datastructure, provisionagreement")
            named = (self.part["agency"], self.part["flow"], self.part.get("version", "~"))
        else:
            named = _flow_reference(self.part["flow"])
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


Handler = Callable[..., Awaitable[Response]]


def _data(edition: Edition) -> Handler:
    async def data(request: Request, releases: Published) -> Response:
        call = Call(request, edition, data=True)
        query = call.query(querying.DATA_21 if call.old else querying.DATA_30, components=True)
        service = SdmxService(releases, edition)
        flow = call.flow()
        service.check(flow, query, call.ask)
        state = await service.state(call.ask)
        return call.unchanged(state) or call.answer(await service.data(flow, query, call.ask, state))

    return data


def _availability(edition: Edition) -> Handler:
    async def availability(request: Request, releases: Published) -> Response:
        call = Call(request, edition, data=False)
        query = call.query(querying.AVAILABILITY, components=True)
        service = SdmxService(releases, edition)
        flow = call.flow()
        service.check(flow, query, call.ask)
        state = await service.state(call.ask)
        return call.unchanged(state) or call.answer(await service.availability(flow, query, call.ask, state))

    return availability


def _structures(edition: Edition) -> Handler:
    async def structures(request: Request, releases: Published) -> Response:
        call = Call(request, edition, data=False)
        query = call.query(querying.STRUCTURE, components=False)
        wanted = Wanted(
            **{name: value for name, value in call.part.items() if name in Wanted.__slots__},
            detail=query.get("detail") or "full",
            references=query.get("references") or "none",
            old=call.old,
        )
        answer = await SdmxService(releases, edition).structures(wanted, call.chosen)
        return call.unchanged(answer) or call.answer(answer)

    return structures


async def not_offered(request: Request) -> Response:
    raise SdmxNotImplemented(field="schema, metadata")


_FORMS: Final[tuple[tuple[str, Callable[[Edition], Handler], bool, tuple[str, ...]], ...]] = (
    ("/3.0/data/{context}/{agency}/{flow}/{version}/{key}", _data, True, querying.DATA_30),
    (
        "/3.0/availability/{context}/{agency}/{flow}/{version}/{key}/{component}",
        _availability,
        False,
        querying.AVAILABILITY,
    ),
    ("/3.0/structure/{kind}/{agency}/{resource}/{version}/{item}", _structures, False, querying.STRUCTURE),
    ("/2.1/data/{flow}/{key}/{provider}", _data, True, querying.DATA_21),
    (
        "/2.1/availableconstraint/{flow}/{key}/{provider}/{component}",
        _availability,
        False,
        querying.AVAILABILITY,
    ),
    ("/2.1/{kind}/{agency}/{resource}/{version}/{item}", _structures, False, querying.STRUCTURE),
)
"""The whole form of each address: parts at its end may be left out, as the standard has it."""
_SUMMARIES: Final[Mapping[Callable[[Edition], Handler], str]] = {
    _data: "SDMX: datos / data",
    _availability: "SDMX: qué datos hay / which data there are",
    _structures: "SDMX: estructuras / structures",
}


def forms_of(path: str, least: str, *, slashes: bool) -> list[str]:
    """The path, and the path without its last parts, down to ``least``; with ``slashes`` each with one at its
    end too, for some clients write it where they leave out a part."""
    found = [path]
    while not found[-1].endswith(least):
        found.append(found[-1].rpartition("/")[0])
    return [*found, *(f"{each}/" for each in found)] if slashes else found


def _router(edition: Edition, prefix: str, guard: Any) -> APIRouter:
    made = APIRouter(prefix=prefix, tags=["SDMX"], route_class=SdmxRoute, dependencies=[guard])
    for path, of, of_data, query in _FORMS:
        handler = of(edition)
        least, public = "{kind}" if of is _structures else "{flow}", edition is Edition.PUBLIC
        for form in forms_of(path, least, slashes=public):
            made.add_api_route(
                form,
                handler,
                methods=["GET"],
                summary=_SUMMARIES[of],
                response_class=Response,
                responses=answers(OFFERS["2.1" if path.startswith("/2.1") else "3.0", of_data]),
                openapi_extra=described(
                    form, query, components=of is not _structures, of_data=of is not _structures
                ),
                include_in_schema=form == path,
            )
    if edition is Edition.PUBLIC:
        for form in ("/3.0/schema/{rest:path}", "/3.0/metadata/{rest:path}"):
            made.add_api_route(form, not_offered, methods=["GET"], include_in_schema=False)
    return made


router = APIRouter()
router.include_router(_router(Edition.PUBLIC, "/sdmx", OpenPace))
router.include_router(
    _router(Edition.RESTRICTED, "/sdmx/restricted", Depends(Requirement((scopes.RELEASES_RESTRICTED,))))
)
