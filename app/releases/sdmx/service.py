"""What SDMX clients ask, answered from published releases of one edition and from nothing else."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from msgspec.structs import replace as with_fields
from pysdmx.model.constraint import (
    AvailabilityConstraint,
    ConstraintAttachment,
    CubeKeyValue,
    CubeRegion,
    CubeValue,
)

from app.core.errors import IntertrataError
from app.releases.ports import PublishedReleases, modified_at
from app.releases.sdmx import codes, selecting
from app.releases.sdmx.asking import TIME, Asked, Row, Times
from app.releases.sdmx.json_data import Head, Shape, Told
from app.releases.sdmx.negotiation import Chosen
from app.releases.sdmx.querying import Query, asked_of, conditions_of, schema_of
from app.releases.sdmx.references import EVERYTHING, Wanted, found, graph_of, version_met
from app.releases.sdmx.refusals import SdmxNoResults, SdmxSyntax, SdmxTooLarge, SdmxUnknownCode
from app.releases.sdmx.selecting import DataSet
from app.releases.sdmx.structures import ATTRIBUTES, flow_urn, structures_of
from app.releases.sdmx.writing import write_data, write_structures
from app.releases.standard import StandardTable
from schemas.releases import Edition, Release

WRITTEN_AS: Final = "1"  # to be raised when the same releases are written in another way
_BEFORE_ANY: Final = datetime(2026, 1, 1, tzinfo=UTC)
MODES: Final = ("exact", "available")
MOST_OBSERVATIONS: Final = 300_000
"""Of one answer; some hundred megabytes of XML."""
_WITH_AVAILABILITY: Final = ("dataflow", "datastructure", "conceptscheme", "codelist")


@dataclass(frozen=True, slots=True)
class Flow:
    """A data flow as a path names it, and the part of it that the key names."""

    agency: str
    id: str
    version: str
    key: str
    component: str = "*"


@dataclass(frozen=True, slots=True)
class Ask:
    """``address``: path and query, for the tag. ``old``: by the paths and keys of SDMX 2.1."""

    address: str
    chosen: Chosen
    old: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """``body`` is None where nothing changed since ``updatedAfter`` (204)."""

    etag: str
    modified: datetime | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class State:
    """What stands now, and the tag that an answer to one address has by it."""

    releases: tuple[Release, ...]
    etag: str
    modified: datetime | None


class SdmxService:
    def __init__(self, releases: PublishedReleases, edition: Edition) -> None:
        self._releases = releases
        self._edition = edition
        self.told: dict[str, None] = {}  # the releases whose tables were read, in order

    async def state(self, ask: Ask) -> State:
        """Enough to say that nothing has changed, before any table is read."""
        releases = await self._releases.published(self._edition)
        chosen = ask.chosen
        told = "\n".join(
            [
                WRITTEN_AS,
                ask.address,
                chosen.media_type,
                chosen.language,
                selecting.state_of(releases, self._edition),
            ]
        )
        return State(releases, sha256(told.encode()).hexdigest()[:32], modified_at(releases))

    def check(self, flow: Flow, query: Query, ask: Ask) -> dict[str, Asked]:
        """What is asked of each flow that the request fits, before anything is read for it. Raises what
        is wrong with the request where it fits none."""
        found: dict[str, Asked] = {}
        wrong: list[IntertrataError] = []
        for id_, table in self.flows(flow).items():
            try:
                found[id_] = asked_of(query, flow.key, selecting.codes_for(table), old=ask.old)
            except (SdmxSyntax, SdmxUnknownCode) as refused:
                wrong.append(refused)
        if not found:
            raise wrong[0]
        return found

    async def data(self, flow: Flow, query: Query, ask: Ask, state: State) -> Answer:
        """Raises ``SdmxNoResults`` where nothing matches, and what the parser of queries raises."""
        told, some = [], False
        page: selecting.Page | None = None
        for id_, asked in self.check(flow, query, ask).items():
            sets = await self._sets(self._tables[id_], asked, state.releases)
            some = some or bool(sets)
            page = page or selecting.Page(asked)
            sets = _of_page(sets, page, asked, self._tables[id_])
            attributes = ATTRIBUTES if asked.attributes is None else asked.attributes
            if sets:
                shape = Shape(id_, asked.at, attributes, asked.measures, asked.keys_only)
                told.append(Told(shape, sets))
            _bounded(told)
        if not some and _updated_after(query) is None:
            raise SdmxNoResults
        if not told:
            return Answer(state.etag, state.modified, None)
        body = await asyncio.to_thread(write_data, self._edition, told, ask.chosen, self._head(state, ask))
        return Answer(state.etag, state.modified, body)

    async def availability(self, flow: Flow, query: Query, ask: Ask, state: State) -> Answer:
        """One constraint for each flow that has something of what was asked."""
        mode, references = _mode(query), query.get("references") or "none"
        told: list[Any] = []
        with_them: dict[tuple[str, str], Any] = {}
        for id_, asked in self.check(flow, query, ask).items():
            table = self._tables[id_]
            known = selecting.codes_for(table)
            rows = [
                row for part in await self._parts(table, asked.times, state.releases) for row in part.rows
            ]
            exact = selecting.chosen(rows, asked)
            if not exact:
                continue
            values = {each: {row[each] for row in exact} for each in (*known, TIME)}
            if mode == "available":
                for dimension in known:
                    tests = conditions_of(query, flow.key, known, old=ask.old, without=dimension)
                    values[dimension] = {row[dimension] for row in rows if all(test(row) for test in tests)}
            told.append(_constraint(id_, _picked(flow, values), exact, tuple(known)))
            for name, artefact in self._with_availability(id_, values, references).items():
                with_them[name] = _joined(with_them.get(name), artefact)
        if not told:
            if _updated_after(query) is None:
                raise SdmxNoResults
            return Answer(state.etag, state.modified, None)
        artefacts = [*told, *with_them.values()]
        body = await asyncio.to_thread(write_structures, artefacts, ask.chosen, self._head(state, ask))
        return Answer(state.etag, state.modified, body)

    async def schema(self, flow: Flow, query: Query, chosen: Chosen, *, of_flow: bool) -> Answer:
        """What data of one flow, or of the flows of one definition, may hold. Raises ``SdmxNoResults``."""
        held = self._tables
        if of_flow:
            meant = [id_ for id_ in held if id_ == flow.id]
        else:
            meant = [id_ for id_, table in held.items() if codes.structure_id(table) == flow.id]
        if not meant or flow.agency != codes.AGENCY or not version_met(flow.version, codes.VERSION):
            raise SdmxNoResults
        schema_of(query, (*selecting.codes_for(held[meant[0]]),))
        artefacts = structures_of(self._edition).validity(meant[0], of_flow=of_flow)
        return await self._written(artefacts, repr((flow, of_flow, sorted(query.pairs))), chosen)

    async def structures(self, wanted: Wanted, chosen: Chosen) -> Answer:
        """The same for everybody who may ask at all: structures come from the code, not from releases."""
        return await self._written(found(self._edition, wanted), repr(wanted), chosen)

    async def _written(self, artefacts: Sequence[Any], wanted: str, chosen: Chosen) -> Answer:
        told = "\n".join([WRITTEN_AS, self._edition.value, wanted, chosen.media_type, chosen.language])
        head = Head(sha256(told.encode()).hexdigest()[:32], _BEFORE_ANY, chosen.language)
        body = await asyncio.to_thread(write_structures, artefacts, chosen, head)
        return Answer(sha256(body).hexdigest()[:32], None, body)

    def flows(self, flow: Flow) -> dict[str, StandardTable]:
        """In their order. Raises ``SdmxNoResults`` where none of them is there."""
        asked = flow.id.split(",")
        meant = {id_: table for id_, table in self._tables.items() if id_ in asked or EVERYTHING & {*asked}}
        agencies = {*flow.agency.split(",")}
        if not meant or not agencies & {*EVERYTHING, codes.AGENCY}:
            raise SdmxNoResults
        if not any(version_met(each, codes.VERSION) for each in flow.version.split(",")):
            raise SdmxNoResults
        return meant

    @property
    def _tables(self) -> dict[str, StandardTable]:
        return structures_of(self._edition).tables

    async def _sets(self, table: StandardTable, asked: Asked, releases: Sequence[Release]) -> list[DataSet]:
        """One set for each act; with history, one for each dissemination."""
        parts = await self._parts(table, asked.times, releases)
        if not asked.times.history:
            acts = list(dict.fromkeys(each.action for each in parts))
            parts = [
                DataSet(act, tuple(row for each in parts if each.action is act for row in each.rows))
                for act in acts
            ]
        chosen = [
            replace(each, rows=selecting.ordered(selecting.chosen(each.rows, asked), table, asked))
            for each in parts
        ]
        return [each for each in chosen if each.rows]

    async def _parts(self, table: StandardTable, times: Times, releases: Sequence[Release]) -> list[DataSet]:
        sets = []
        for part in selecting.parts_of(releases, times):
            release = part.release
            if all(entry.id != table.id for entry in release.manifest.tables):
                continue  # a table that was declared after it
            rows: Iterable[Row]
            if part.gone:
                rows = selecting.rows_gone(table, release)
            else:
                held = await self._releases.table(release.manifest.release, self._edition, table.id)
                self.told[release.manifest.release] = None
                rows = selecting.rows_of(table, held, release)
            since = selecting.published_at(release) if times.history else None
            sets.append(DataSet(part.action, tuple(rows), since, part.until))
        return sets

    def _head(self, state: State, ask: Ask) -> Head:
        return Head(state.etag, state.modified or _BEFORE_ANY, ask.chosen.language)

    def _with_availability(
        self, flow: str, values: dict[str, set[str]], references: str
    ) -> dict[tuple[str, str], Any]:
        asked = set(references.split(","))
        if not asked <= {*_WITH_AVAILABILITY, "none", "all"}:
            raise SdmxSyntax(field="references", expected=", ".join(["none", "all", *_WITH_AVAILABILITY]))
        graph = graph_of(self._edition)
        kinds = set(_WITH_AVAILABILITY) if "all" in asked else asked
        name = ("dataflow", flow)
        near = {name} | graph.descendants({name})
        definition = structures_of(self._edition).schema(flow)
        used = {
            each.local_codes.id: values.get(each.id) for each in definition.components if each.local_codes
        }
        concepts = {each.id for each in definition.components}
        told = {}
        for kind, id_ in sorted(near):
            artefact = graph.held[kind, id_]
            keep = used.get(id_) if kind == "codelist" else concepts if kind == "conceptscheme" else None
            if keep is not None:
                kept = tuple(each for each in artefact.items if each.id in keep)
                artefact = with_fields(artefact, items=kept, is_partial=len(kept) < len(artefact.items))
            if kind in kinds:
                told[kind, id_] = artefact
        return told


def _of_page(
    sets: Sequence[DataSet], page: selecting.Page, asked: Asked, table: StandardTable
) -> list[DataSet]:
    dimensions = (*codes.dimensions_of(table), TIME)
    series = tuple(each for each in dimensions if each != asked.at) if asked.keys_only else None
    told = [replace(each, rows=page.of(each.rows, series)) for each in sets]
    return [each for each in told if each.rows]


def _bounded(told: Sequence[Told]) -> None:
    """Raises ``SdmxTooLarge``."""
    if sum(len(held.rows) for each in told for held in each.sets) > MOST_OBSERVATIONS:
        raise SdmxTooLarge(most=MOST_OBSERVATIONS)


def _updated_after(query: Query) -> str | None:
    return query.get("updatedAfter")


def _joined(held: Any, more: Any) -> Any:
    """One item scheme with the items of both, as a list that several flows use in part."""
    items = getattr(held, "items", None)
    if items is None or not held.is_partial:
        return more if held is None else held
    known = {each.id for each in items}
    together = (*items, *(each for each in more.items if each.id not in known))
    return with_fields(held, items=together, is_partial=more.is_partial)


def _mode(query: Query) -> str:
    mode = query.get("mode") or MODES[0]
    if mode not in MODES:
        raise SdmxSyntax(field="mode", expected=", ".join(MODES))
    return mode


def _picked(flow: Flow, values: dict[str, set[str]]) -> dict[str, set[str]]:
    """The dimensions that ``componentId`` names."""
    asked = flow.component.replace("+", ",").split(",")
    if any(each in EVERYTHING for each in asked):
        return values
    if not set(asked) <= values.keys():
        raise SdmxSyntax(field="componentId", expected=", ".join(values))
    return {each: held for each, held in values.items() if each in asked}


def _constraint(
    flow: str, values: dict[str, set[str]], exact: Sequence[Row], key: tuple[str, ...]
) -> AvailabilityConstraint:
    series = {tuple(row[each] for each in key) for row in exact}
    return AvailabilityConstraint(
        constraint_attachment=ConstraintAttachment(data_provider=None, dataflows=(flow_urn(flow),)),
        cube_region=CubeRegion(
            key_values=tuple(
                CubeKeyValue(id=each, values=tuple(CubeValue(value) for value in sorted(held)))
                for each, held in values.items()
            )
        ),
        series_count=len(series),
        obs_count=len(exact),
    )
