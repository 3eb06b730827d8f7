"""Lists of others beside ours: ICCS 0204, INEI's places, their order, and maps of our codes onto them. Pure.

A map says of each code that has one the code that says the same thing elsewhere; what matches only nearly is
in none. ICCS and UBIGEO stand here as lists; of HTCDS, CTDC and GLOTIP the codes alone, as texts.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from pysdmx.model import Code, Codelist, DataType, HierarchicalCode, Hierarchy, RepresentationMap, ValueMap

from adapters.reference import departments, districts, provinces
from app.releases.sdmx import codes
from app.releases.sdmx.bilingual import Says
from app.releases.sdmx.naming import kept, urn
from app.statistics.dimensions import BY_ID
from schemas.indicators import Words

ICCS: Final = "CL_ICCS"
UBIGEO: Final = "CL_UBIGEO"
_NAMES: Final = {
    ICCS: Words(es="ICCS 2015: trata de personas", en="ICCS 2015: trafficking in persons"),
    UBIGEO: Words(
        es="UBIGEO del INEI: departamentos, provincias y distritos",
        en="INEI's UBIGEO: departments, provinces and districts",
    ),
}
_TARGETS: Final = {"ICCS": ICCS, "UBIGEO": UBIGEO}


@cache
def places() -> Mapping[str, str]:
    """Name of every department, province and district by its code of two, four or six digits, in order."""
    named = {**departments(), **provinces(), **{code: each.name for code, each in districts().items()}}
    return dict(sorted(named.items()))


def codelists(says: Says) -> dict[str, Codelist]:
    held: dict[str, Mapping[str, Words]] = {
        ICCS: codes.ICCS,
        UBIGEO: {code: Words(es=name, en=name) for code, name in places().items()},
    }
    return {id_: _list(id_, told, says) for id_, told in held.items()}


def _list(id_: str, told: Mapping[str, Words], says: Says) -> Codelist:
    items = tuple(
        Code(id=code, name=says(words), urn=f"{urn('Codelist', id_, 'Code')}.{code}")
        for code, words in told.items()
    )
    return Codelist(id=id_, name=says(_NAMES[id_]), items=items, **kept("Codelist", id_))


def hierarchies(says: Says) -> dict[str, Hierarchy]:
    """A code stands below the longest one that it begins with."""
    found = {}
    for id_, list_, told in (("H_ICCS", ICCS, codes.ICCS), ("H_UBIGEO", UBIGEO, places())):
        found[id_] = Hierarchy(
            id=id_,
            name=says(_NAMES[list_]),
            codes=tuple(_branches(list_, list(told))),
            is_partial=False,
            **kept("Hierarchy", id_),
        )
    return found


def _branches(list_: str, held: list[str], above: str = "") -> Iterator[HierarchicalCode]:
    below = [code for code in held if code.startswith(above) and code != above]
    shortest = min(map(len, below), default=0)
    for code in below:
        if len(code) == shortest:
            yield HierarchicalCode(
                id=code,
                urn=f"{urn('Codelist', list_, 'Code')}.{code}",
                codes=tuple(_branches(list_, [each for each in below if each.startswith(code)], code)),
            )


def maps(says: Says, dimensions: Iterable[str], list_of: Mapping[str, str]) -> dict[str, RepresentationMap]:
    """Of each dimension onto each list that has a code of its; ``list_of`` is our list of a dimension."""
    found = {}
    for dimension in dimensions:
        for theirs, pairs in _pairs(dimension).items():
            id_ = f"RM_{codes.component_id(dimension)}_{theirs.replace('.', '_').upper()}"
            name = BY_ID[dimension].dimension.name
            target = _TARGETS.get(theirs)
            found[id_] = RepresentationMap(
                id=id_,
                name=says(Words(es=f"{name.es}: {theirs}", en=f"{name.en}: {theirs}")),
                source=urn("Codelist", list_of[dimension]),
                target=DataType.STRING.value if target is None else urn("Codelist", target),
                maps=tuple(ValueMap(source=ours, target=code) for ours, code in pairs.items()),
                **kept("RepresentationMap", id_),
            )
    return found


def _pairs(dimension: str) -> dict[str, dict[str, str]]:
    """Their list, then our SDMX code: their code."""
    found: dict[str, dict[str, str]] = {}
    for ours, matches in codes.MATCHES.get(dimension, {}).items():
        for theirs, code in matches.items():
            found.setdefault(theirs, {})[codes.code_id(dimension, ours)] = code
    if dimension == "department":
        found["UBIGEO"] = dict(codes.UBIGEO_OF_AREA)
    return found


def of_list(artefact: Any) -> Iterator[str]:
    """The ids of the lists that a map or a hierarchy speaks of."""
    named = [artefact.source, artefact.target] if isinstance(artefact, RepresentationMap) else []
    if isinstance(artefact, Hierarchy):
        named = [artefact.codes[0].urn]
    for each in named:
        if each and ("Codelist=" in each or ".Code=" in each):
            yield each.partition("=")[2].partition(":")[2].partition("(")[0]
