"""The structures of an edition: flows, their definitions, concepts, code lists, categories. Pure.

All of it comes from ``app.releases.standard``: a table declared there is a dataflow here.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from msgspec.structs import replace
from pysdmx.model import (
    Agency,
    AgencyScheme,
    Categorisation,
    Category,
    CategoryScheme,
    Code,
    Codelist,
    Component,
    Components,
    Concept,
    ConceptScheme,
    Dataflow,
    DataStructureDefinition,
    DataType,
    Role,
    Schema,
)
from pysdmx.model.__base import Annotation

from app.releases.sdmx import codes
from app.releases.sdmx import lists as others
from app.releases.sdmx.bilingual import Says, both
from app.releases.sdmx.codes import AGENCY, VERSION
from app.releases.sdmx.naming import URN, kept, urn
from app.releases.standard import StandardTable
from app.releases.words import unit_words, words_of
from app.statistics.dimensions import BY_ID
from schemas.indicators import Words
from schemas.releases import CellStatus, Edition
from schemas.vocabulary import Unit

CONCEPTS: Final = "CS_INTERTRATA"
_ORIGIN: Final = "SDMX_ORIGIN"

_FREQUENCIES: Final = {
    "M2": Words(es="Bimestral", en="Every two months"),
    "Q": Words(es="Trimestral", en="Quarterly"),
    "S": Words(es="Semestral", en="Half-yearly"),
    "A": Words(es="Anual", en="Annual"),
}
_OBSERVATIONS: Final = {
    "A": Words(es="Valor normal", en="Normal value"),
    "Q": Words(es="Valor ausente; reservado", en="Missing value; suppressed"),
    "O": Words(es="Valor ausente", en="Missing value"),
}
_CONFIDENCES: Final = {
    "F": Words(es="Libre", en="Free (free for publication)"),
    "C": Words(es="Información estadística confidencial", en="Confidential statistical information"),
    "N": Words(
        es="No se publica; solo de uso interno", en="Not for publication, restricted for internal use only"
    ),
}
_FIXED: Final[Mapping[str, tuple[str, Words]]] = {  # concept: its list, and its name
    "FREQ": ("CL_FREQ", Words(es="Frecuencia", en="Frequency")),
    "OBS_STATUS": ("CL_OBS_STATUS", Words(es="Estado de la observación", en="Observation status")),
    "CONF_STATUS": ("CL_CONF_STATUS", Words(es="Estado de confidencialidad", en="Confidentiality status")),
    "UNIT_MEASURE": ("CL_UNIT_MEASURE", Words(es="Unidad de medida", en="Unit of measure")),
}
_UNCODED: Final = {
    "TIME_PERIOD": (Words(es="Periodo", en="Time period"), DataType.PERIOD),
    "OBS_VALUE": (Words(es="Valor", en="Observation value"), DataType.BIG_INTEGER),
    "RELEASE": (Words(es="Publicación de que procede", en="Release it comes from"), DataType.STRING),
}
ATTRIBUTES: Final = ("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "RELEASE")
_ORIGINS: Final = {
    "CL_FREQ": "SDMX:CL_FREQ(2.1)",
    "CL_OBS_STATUS": "SDMX:CL_OBS_STATUS(2.2)",
    "CL_CONF_STATUS": "SDMX:CL_CONF_STATUS(1.3)",
}
_LISTS: Final[Mapping[str, tuple[Words, Mapping[str, Words]]]] = {
    "CL_FREQ": (_FIXED["FREQ"][1], _FREQUENCIES),
    "CL_OBS_STATUS": (_FIXED["OBS_STATUS"][1], _OBSERVATIONS),
    "CL_CONF_STATUS": (_FIXED["CONF_STATUS"][1], _CONFIDENCES),
    "CL_UNIT_MEASURE": (
        _FIXED["UNIT_MEASURE"][1],
        {unit.value.upper(): unit_words(unit) for unit in Unit},
    ),
}
_HOUSE: Final = Words(es="INTERTRATA", en="INTERTRATA")


class Structures:
    """What one edition has, in the words of ``says``: by type, then by id."""

    def __init__(self, edition: Edition, says: Says) -> None:
        self._says = says
        self.edition = edition
        self.tables = {codes.flow_id(table, edition): table for table in codes.tables_of(edition)}
        used = {each for table in self.tables.values() for each in table.by}
        self._dimensions = [each for each in BY_ID if each in used]
        self.codelists = self._codelists()
        self.concepts = self._concepts()
        self.definitions = {codes.structure_id(each): self._definition(each) for each in self.tables.values()}
        self.flows = {flow: self._flow(flow, table) for flow, table in self.tables.items()}

    def artefacts(self) -> dict[str, dict[str, Any]]:
        """By the type's name in a REST path."""
        units = list(dict.fromkeys(table.definition.unit for table in self.tables.values()))
        scheme = CategoryScheme(
            id="CATS_UNITS",
            name=self._says(Words(es="Flujos por unidad", en="Flows by unit")),
            items=tuple(Category(id=unit.upper(), name=self._says(unit_words(unit))) for unit in units),
            **kept("CategoryScheme", "CATS_UNITS"),
        )
        return {
            "agencyscheme": {"AGENCIES": self._agencies()},
            "codelist": dict(self.codelists),
            "conceptscheme": {CONCEPTS: self.concepts},
            "datastructure": dict(self.definitions),
            "dataflow": dict(self.flows),
            "categoryscheme": {scheme.id: scheme},
            "categorisation": {each.id: each for each in self._categorisations()},
            "hierarchy": dict(others.hierarchies(self._says)),
            "representationmap": dict(
                others.maps(self._says, self._dimensions, {each: _list_of(each) for each in self._dimensions})
            ),
        }

    def schema(self, flow: str) -> Schema:
        """What pysdmx writes data by."""
        definition = self.definitions[codes.structure_id(self.tables[flow])]
        return Schema(
            context="dataflow",
            agency=AGENCY,
            id=flow,
            components=definition.components,
            version=VERSION,
            name=self.flows[flow].name,
        )

    def validity(self, flow: str, *, of_flow: bool) -> list[Any]:
        """The definition that data of a flow follow, with the concepts and codes that they may use.
        ``of_flow``: with what holds in this flow alone: its unit, its states of confidentiality."""
        table = self.tables[flow]
        definition = self.definitions[codes.structure_id(table)]
        lists = {each.local_codes.id: each.local_codes for each in definition.components if each.local_codes}
        if of_flow:
            held = {codes.conf_status(self.edition, status) for status in CellStatus}
            allowed = {"CL_UNIT_MEASURE": {table.definition.unit.upper()}, "CL_CONF_STATUS": held}
            lists |= {id_: _part(lists[id_], those) for id_, those in allowed.items()}
        concepts = _part(self.concepts, {each.id for each in definition.components})
        return [self._agencies(), concepts, definition, *(lists[id_] for id_ in sorted(lists))]

    def _codelists(self) -> dict[str, Codelist]:
        lists = {id_: self._list(id_, name, told) for id_, (name, told) in _LISTS.items()}
        for dimension in self._dimensions:
            id_ = _list_of(dimension)
            held = tuple(
                Code(
                    id=code,
                    name=self._says(words_of(dimension, ours)),
                    annotations=_matches(dimension, code, ours),
                    urn=f"{urn('Codelist', id_, 'Code')}.{code}",
                )
                for code, ours in codes.codes_by_id(dimension).items()
            )
            lists[id_] = Codelist(
                id=id_, name=self._says(_name_of(dimension)), items=held, **kept("Codelist", id_)
            )
        return lists | others.codelists(self._says)

    def _list(self, id_: str, name: Words, told: Mapping[str, Words]) -> Codelist:
        origin = _ORIGINS.get(id_)
        codes_urn = urn("Codelist", id_, "Code")
        return Codelist(
            id=id_,
            name=self._says(name),
            items=tuple(
                Code(id=code, name=self._says(words), urn=f"{codes_urn}.{code}")
                for code, words in told.items()
            ),
            annotations=() if origin is None else (Annotation(id=_ORIGIN, type=_ORIGIN, title=origin),),
            **kept("Codelist", id_),
        )

    def _concepts(self) -> ConceptScheme:
        coded = {concept: (list_, name) for concept, (list_, name) in _FIXED.items()}
        for dimension in self._dimensions:
            coded[codes.component_id(dimension)] = (_list_of(dimension), _name_of(dimension))
        items = [
            Concept(
                id=id_,
                name=self._says(name),
                codes=self.codelists[list_],
                enum_ref=urn("Codelist", list_),
                urn=_concept(id_),
            )
            for id_, (list_, name) in coded.items()
        ]
        items += [
            Concept(id=id_, name=self._says(name), dtype=dtype, urn=_concept(id_))
            for id_, (name, dtype) in _UNCODED.items()
        ]
        return ConceptScheme(
            id=CONCEPTS,
            name=self._says(Words(es="Conceptos de INTERTRATA", en="Concepts of INTERTRATA")),
            items=tuple(items),
            **kept("ConceptScheme", CONCEPTS),
        )

    def _definition(self, table: StandardTable) -> DataStructureDefinition:
        id_ = codes.structure_id(table)
        dimensions = [self._component(id_, each, Role.DIMENSION) for each in codes.dimensions_of(table)]
        dimensions.append(self._component(id_, "TIME_PERIOD", Role.DIMENSION))
        measure = self._component(id_, "OBS_VALUE", Role.MEASURE)
        attributes = [self._component(id_, each, Role.ATTRIBUTE) for each in ATTRIBUTES]
        several = [each.id for each in table.definition.dimensions if each.multi_valued]
        told = [codes.component_id(each) for each in table.by if each in several]
        return DataStructureDefinition(
            id=id_,
            name=self._says(table.name),
            components=Components([*dimensions, measure, *attributes]),
            annotations=tuple(
                Annotation(id=f"MULTI_VALUED_{each}", type="MULTI_VALUED", title=each) for each in told
            ),
            **kept("DataStructure", id_),
        )

    def concept(self, id_: str) -> Concept:
        return next(each for each in self.concepts.items if each.id == id_)

    def _component(self, definition: str, id_: str, role: Role) -> Component:
        concept = self.concept(id_)
        attached = ("D" if id_ == "UNIT_MEASURE" else "O") if role is Role.ATTRIBUTE else None
        list_ = concept.codes.id if concept.codes is not None else None
        return Component(
            id=id_,
            required=role is not Role.MEASURE,  # a suppressed observation has no value
            role=role,
            concept=concept,
            local_dtype=concept.dtype,
            local_codes=concept.codes,
            local_enum_ref=None if list_ is None else urn("Codelist", list_),
            attachment_level=attached,
        )

    def _flow(self, id_: str, table: StandardTable) -> Dataflow:
        told = table.definition
        annotations = {
            "INTERTRATA_TABLE": table.id,
            "INTERTRATA_INDICATOR": table.indicator,
            "DATE_BASIS": told.date_basis.value,
            "EDITION": self.edition.value,
        }
        return Dataflow(
            id=id_,
            name=self._says(table.name),
            description=self._says(
                Words(
                    es=f"{told.numerator.es}. Universo: {told.universe.es}.",
                    en=f"{told.numerator.en}. Universe: {told.universe.en}.",
                )
            ),
            structure=urn("DataStructure", codes.structure_id(table)),
            annotations=tuple(
                Annotation(id=key, type=key, title=value) for key, value in annotations.items()
            ),
            **kept("Dataflow", id_),
        )

    def _agencies(self) -> AgencyScheme:
        house = Agency(id=AGENCY, name=self._says(_HOUSE))
        return AgencyScheme(agency="SDMX", items=(house,), urn=f"{URN}.base.AgencyScheme=SDMX:AGENCIES(1.0)")

    def _categorisations(self) -> Iterable[Categorisation]:
        for flow, table in self.tables.items():
            target = urn("CategoryScheme", "CATS_UNITS", "Category")
            yield Categorisation(
                id=f"CAT_{flow}",
                name=self._says(table.name),
                source=urn("Dataflow", flow),
                target=f"{target}.{table.definition.unit.upper()}",
                **kept("Categorisation", f"CAT_{flow}"),
            )


@cache
def structures_of(edition: Edition) -> Structures:
    """In both languages."""
    return Structures(edition, both)


def _part(scheme: Any, ids: set[str]) -> Any:
    kept = tuple(each for each in scheme.items if each.id in ids)
    return replace(scheme, items=kept, is_partial=len(kept) < len(scheme.items))


def _concept(id_: str) -> str:
    return f"{urn('ConceptScheme', CONCEPTS, 'Concept')}.{id_}"


def flow_urn(flow: str) -> str:
    return urn("Dataflow", flow)


def structure_urn(definition: str) -> str:
    return urn("DataStructure", definition)


def _list_of(dimension: str) -> str:
    return "CL_AREA" if dimension == "department" else f"CL_{codes.component_id(dimension)}"


def _name_of(dimension: str) -> Words:
    return BY_ID[dimension].dimension.name


def _matches(dimension: str, code: str, ours: str) -> tuple[Annotation, ...]:
    found = dict(codes.MATCHES.get(dimension, {}).get(ours, {}))
    if code != ours:
        found = {"INTERTRATA_CODE": ours, **found}
    return tuple(Annotation(id=list_, type=list_, title=theirs) for list_, theirs in found.items())
