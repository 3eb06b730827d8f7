"""Structure queries: which artefacts are meant, what goes with them, and in how much detail. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from msgspec.structs import replace
from pysdmx.model import Components

from app.releases.sdmx.lists import of_list
from app.releases.sdmx.negotiation import versions_meet
from app.releases.sdmx.refusals import SdmxNoResults, SdmxSyntax
from app.releases.sdmx.structures import structures_of
from schemas.releases import Edition

Name = tuple[str, str]  # type and id
Artefacts = Mapping[Name, Any]

EVERYTHING: Final = frozenset({"*", "all"})
_NEWEST: Final = frozenset({"*", "all", "~", "+", "latest"})
DETAILS: Final = (
    "full",
    "allstubs",
    "referencestubs",
    "allcompletestubs",
    "referencecompletestubs",
    "referencepartial",
    "raw",
)
REFERENCES: Final = ("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all")
KINDS: Final = (
    "agencyscheme",
    "categorisation",
    "categoryscheme",
    "codelist",
    "conceptscheme",
    "dataflow",
    "datastructure",
    "hierarchy",
    "representationmap",
)
ALIASES: Final = {"hierarchicalcodelist": "hierarchy"}
"""As SDMX 2.1 says it."""
_OTHERS: Final = frozenset(
    [
        "actualconstraint",
        "allowedconstraint",
        "contentconstraint",
        "conceptschememap",
        "categoryschememap",
        "customtypescheme",
        "dataconstraint",
        "dataconsumerscheme",
        "dataproviderscheme",
        "hierarchyassociation",
        "metadataconstraint",
        "metadataflow",
        "metadataprovisionagreement",
        "metadataproviderscheme",
        "metadatastructure",
        "namepersonalisationscheme",
        "organisationscheme",
        "organisationschememap",
        "organisationunitscheme",
        "process",
        "provisionagreement",
        "reportingtaxonomy",
        "reportingtaxonomymap",
        "rulesetscheme",
        "structuremap",
        "structureset",
        "transformationscheme",
        "userdefinedoperatorscheme",
        "valuelist",
        "vtlmappingscheme",
    ]
)
"""Types that SDMX has and we have nothing of."""
_WHOLE: Final = frozenset({"categorisation"})  # nothing to leave out in a stub
_CONTENT: Final = {"hierarchy": "codes", "representationmap": "maps"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A structure query; several values are separated by ``+`` in 2.1, by ``,`` in 3.0."""

    kind: str = "*"
    agency: str = "*"
    resource: str = "*"
    version: str = "~"
    item: str = "*"
    detail: str = "full"
    references: str = "none"
    old: bool = False

    def several(self, value: str) -> list[str]:
        return value.split("+" if self.old and value != "+" else ",")


def found(edition: Edition, wanted: Wanted) -> list[Any]:
    """In the order of types. Raises ``SdmxSyntax``, ``SdmxNoResults``."""
    _check(wanted)
    graph = graph_of(edition)
    meant = {name for name, each in graph.held.items() if _meant(name, each, wanted)}
    if not meant:
        raise SdmxNoResults
    told = {name: _items(graph.held[name], wanted) for name in meant}
    if any(each is None for each in told.values()):
        raise SdmxNoResults
    with_them = _referenced(graph, meant, wanted) - meant
    told |= {name: graph.held[name] for name in with_them}
    return [_detailed(name, told[name], told, wanted, main=name in meant) for name in sorted(told)]


def _check(wanted: Wanted) -> None:
    if wanted.kind not in {*KINDS, *_OTHERS, "*", "structure"}:
        raise SdmxSyntax(field="artefactType", expected=", ".join(KINDS))
    if wanted.detail not in DETAILS:
        raise SdmxSyntax(field="detail", expected=", ".join(DETAILS))
    known = {*REFERENCES, *KINDS, *_OTHERS}
    if not set(wanted.references.split(",")) <= known:
        raise SdmxSyntax(field="references", expected=", ".join([*REFERENCES, *KINDS]))


def _meant(name: Name, artefact: Any, wanted: Wanted) -> bool:
    kind, id_ = name
    return (
        wanted.kind in {kind, "*", "structure"}
        and _among(artefact.agency, wanted.several(wanted.agency))
        and _among(id_, wanted.several(wanted.resource))
        and any(version_met(each, artefact.version) for each in wanted.several(wanted.version))
    )


def _among(value: str, asked: Sequence[str]) -> bool:
    return any(each in EVERYTHING or each == value for each in asked)


def version_met(asked: str, held: str) -> bool:
    return asked in _NEWEST or versions_meet(asked, held)


def _items(artefact: Any, wanted: Wanted) -> Any:
    """The artefact with the items that were asked for; None where it has none of them."""
    asked = wanted.several(wanted.item)
    if any(each in EVERYTHING for each in asked):
        return artefact
    kept = tuple(each for each in getattr(artefact, "items", ()) if each.id in asked)
    return replace(artefact, items=kept, is_partial=True) if kept else None


@dataclass(frozen=True, slots=True)
class Graph:
    held: Artefacts
    children: Mapping[Name, frozenset[Name]]
    parents: Mapping[Name, frozenset[Name]]

    def all_children(self, names: Iterable[Name]) -> set[Name]:
        return {child for name in names for child in self.children[name]}

    def all_parents(self, names: Iterable[Name]) -> set[Name]:
        return {parent for name in names for parent in self.parents[name]}

    def descendants(self, names: Iterable[Name]) -> set[Name]:
        return _closure(names, self.children)

    def ancestors(self, names: Iterable[Name]) -> set[Name]:
        return _closure(names, self.parents)


def _closure(names: Iterable[Name], step: Mapping[Name, frozenset[Name]]) -> set[Name]:
    reached: set[Name] = set()
    front = set(names)
    while front:
        front = {further for name in front for further in step[name]} - reached
        reached |= front
    return reached


@cache
def graph_of(edition: Edition) -> Graph:
    held = {
        (kind, id_): each
        for kind, artefacts in structures_of(edition).artefacts().items()
        for id_, each in artefacts.items()
    }
    children = {name: frozenset(_children(name, each)) for name, each in held.items()}
    parents = {name: frozenset(each for each in held if name in children[each]) for name in held}
    return Graph(held, children, parents)


def _children(name: Name, artefact: Any) -> Iterable[Name]:
    kind = name[0]
    if kind == "dataflow":
        yield ("datastructure", _id_in(artefact.structure))
    elif kind == "datastructure":
        yield ("conceptscheme", _id_in(artefact.components[0].concept.urn))
        yield from (("codelist", each.local_codes.id) for each in artefact.components if each.local_codes)
    elif kind == "conceptscheme":
        yield from (("codelist", each.codes.id) for each in artefact.items if each.codes)
    elif kind == "categorisation":
        yield ("dataflow", _id_in(artefact.source))
        yield ("categoryscheme", _id_in(artefact.target))
    elif kind in _CONTENT:
        yield from (("codelist", each) for each in of_list(artefact))


def _id_in(urn: str) -> str:
    """``...=AGENCY:ID(VERSION)...``"""
    return urn.partition("=")[2].partition(":")[2].partition("(")[0]


def _referenced(graph: Graph, meant: set[Name], wanted: Wanted) -> set[Name]:
    parents = graph.all_parents(meant)
    siblings = parents | graph.all_children(parents)
    told = {
        "none": set(),
        "parents": parents,
        "parentsandsiblings": siblings,
        "ancestors": graph.ancestors(meant),
        "children": graph.all_children(meant),
        "descendants": graph.descendants(meant),
        "all": siblings | graph.descendants(meant) | graph.descendants(siblings),
    }
    referenced: set[Name] = set()
    for each in wanted.references.split(","):
        if each in told:
            referenced |= told[each]
        else:
            near = graph.descendants(meant) | graph.ancestors(meant)
            referenced |= {name for name in near if name[0] == each}
    return referenced


def _detailed(name: Name, artefact: Any, told: Artefacts, wanted: Wanted, *, main: bool) -> Any:
    if wanted.detail == "referencepartial" and not main and name[0] == "conceptscheme":
        used = {
            part.id for key, each in told.items() if key[0] == "datastructure" for part in each.components
        }
        kept = tuple(each for each in artefact.items if each.id in used)
        return replace(artefact, items=kept, is_partial=True)
    stubbed = wanted.detail.startswith("all") or (
        wanted.detail in {"referencestubs", "referencecompletestubs"} and not main
    )
    if not stubbed or name[0] in _WHOLE:
        return artefact
    left_out: dict[str, Any] = {"is_external_reference": True}
    if "complete" not in wanted.detail:
        left_out |= {"description": None, "annotations": ()}
    if name[0] == "datastructure":
        left_out["components"] = Components([])
    elif name[0] != "dataflow":  # which names its structure in a stub too
        left_out[_CONTENT.get(name[0], "items")] = ()
    return replace(artefact, **left_out)
