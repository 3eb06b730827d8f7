"""How artefacts are named, and what they all say of themselves. Pure."""

from typing import Any, Final

from app.releases.sdmx.codes import AGENCY, VERSION

URN: Final = "urn:sdmx:org.sdmx.infomodel"
_PACKAGES: Final = {
    "Codelist": "codelist",
    "ConceptScheme": "conceptscheme",
    "DataStructure": "datastructure",
    "Dataflow": "datastructure",
    "CategoryScheme": "categoryscheme",
    "Categorisation": "categoryscheme",
    "AgencyScheme": "base",
    "Hierarchy": "codelist",
    "RepresentationMap": "structuremapping",
}


def urn(kind: str, id_: str, item: str | None = None) -> str:
    return f"{URN}.{_PACKAGES[kind]}.{item or kind}={AGENCY}:{id_}({VERSION})"


def kept(kind: str, id_: str) -> dict[str, Any]:
    return {"agency": AGENCY, "version": VERSION, "is_final": True, "urn": urn(kind, id_)}
