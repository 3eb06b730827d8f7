"""Which of the formats on offer a client takes (RFC 9110 12.5.1; versions of SDMX's media types). Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pysdmx.io.format import Format

from app.releases.sdmx.bilingual import LANGUAGES
from app.releases.sdmx.refusals import SdmxNotAcceptable

_PARAMETER: Final = re.compile(r'\s*([\w-]+)\s*=\s*"?([^";]*)"?\s*', re.ASCII)
_LABELS: Final = frozenset({"id", "name", "both"})
DATA: Final = (
    Format.DATA_SDMX_JSON_2_0_0,
    Format.DATA_SDMX_CSV_2_0_0,
    Format.DATA_SDMX_CSV_1_0_0,
    Format.DATA_SDMX_ML_3_0,
    Format.DATA_SDMX_ML_2_1_STR,
    Format.DATA_SDMX_ML_2_1_GEN,
)
STRUCTURE: Final = (
    Format.STRUCTURE_SDMX_JSON_2_0_0,
    Format.STRUCTURE_SDMX_ML_3_0,
    Format.STRUCTURE_SDMX_ML_2_1,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """What one kind of address can answer. ``plain``: what a general media type means there."""

    formats: Sequence[Format]
    default: Format
    plain: Mapping[str, Format]


def _plain(json: Format, xml: Format, csv: Format | None) -> dict[str, Format]:
    told = {"application/json": json, "application/xml": xml, "text/xml": xml, "application/*": json}
    return told if csv is None else {**told, "text/csv": csv, "text/*": csv}


_JSON, _STRUCTURE_JSON = Format.DATA_SDMX_JSON_2_0_0, Format.STRUCTURE_SDMX_JSON_2_0_0
OFFERS: Final[Mapping[tuple[str, bool], Offer]] = {  # version of the API, whether of data
    ("3.0", True): Offer(DATA, _JSON, _plain(_JSON, Format.DATA_SDMX_ML_3_0, Format.DATA_SDMX_CSV_2_0_0)),
    ("2.1", True): Offer(
        DATA,
        Format.DATA_SDMX_ML_2_1_GEN,
        _plain(_JSON, Format.DATA_SDMX_ML_2_1_GEN, Format.DATA_SDMX_CSV_1_0_0),
    ),
    ("3.0", False): Offer(
        STRUCTURE, _STRUCTURE_JSON, _plain(_STRUCTURE_JSON, Format.STRUCTURE_SDMX_ML_3_0, None)
    ),
    ("2.1", False): Offer(
        STRUCTURE,
        Format.STRUCTURE_SDMX_ML_2_1,
        _plain(_STRUCTURE_JSON, Format.STRUCTURE_SDMX_ML_2_1, None),
    ),
}


@dataclass(frozen=True, slots=True)
class Chosen:
    format: Format
    language: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        return self.format.value.replace(";", "; ") + "".join(
            f"; {k}={v}" for k, v in self.parameters.items()
        )

    @property
    def xml(self) -> bool:
        return "+xml" in self.format.value

    @property
    def labels(self) -> str:
        return self.parameters.get("labels", "id")


def choose(offer: Offer, accept: str | None, languages: str | None) -> Chosen:
    """Raises ``SdmxNotAcceptable`` naming what is offered."""
    language = language_of(languages)
    for kind, parameters in wanted(accept):
        found = _found(offer, kind, parameters)
        if found is not None:
            return Chosen(found, language, _held(found, parameters))
    raise SdmxNotAcceptable(offered=", ".join(each.value for each in offer.formats))


def wants_xml(accept: str | None, *, otherwise: bool) -> bool:
    """In which form to refuse: the first that is asked for and is JSON or XML."""
    for kind, _ in wanted(accept):
        if kind.endswith(("json", "xml")):
            return kind.endswith("xml")
    return otherwise


def language_of(asked: str | None) -> str:
    for kind, _ in wanted(asked):
        found = kind.split("-")[0]
        if found in LANGUAGES:
            return found
    return LANGUAGES[0]


def wanted(header: str | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Media types (or languages) with their parameters, best first; ``q=0`` is none."""
    found = []
    for part in (header or "*/*").split(","):
        kind, *given = part.split(";")
        pairs = [match for each in given if (match := _PARAMETER.fullmatch(each))]
        parameters = {match[1].lower(): match[2] for match in pairs}
        try:
            weight = float(parameters.pop("q", "1"))
        except ValueError:
            weight = 0.0
        if weight > 0 and kind.strip():
            found.append((weight, kind.strip().lower(), parameters))
    for _, kind, parameters in sorted(found, key=lambda each: -each[0]):
        yield kind, parameters


def _found(offer: Offer, kind: str, parameters: Mapping[str, str]) -> Format | None:
    if kind == "*/*":
        return offer.default
    if kind in offer.plain:
        return offer.plain[kind]
    for each in offer.formats:
        name, _, version = each.value.partition(";version=")
        if name == kind and versions_meet(parameters.get("version"), version) and _offered(parameters):
            return each
    return None


def _offered(parameters: Mapping[str, str]) -> bool:
    """The parameters of SDMX-CSV that are kept to."""
    labels = parameters.get("labels", "id") in _LABELS
    times = parameters.get("timeformat", "original") == "original"
    return labels and times and parameters.get("keys", "none") == "none"


def _held(found: Format, parameters: Mapping[str, str]) -> dict[str, str]:
    asked = parameters.get("labels", "id")
    if "+csv" not in found.value or asked == "id" or asked not in _LABELS:
        return {}
    if found is Format.DATA_SDMX_CSV_1_0_0:  # it knows id and both
        return {"labels": "both"}
    return {"labels": asked}


def versions_meet(asked: str | None, offered: str) -> bool:
    """``2.0.0``, none at all, or a lower bound such as ``2.0+.0``: from that part on it may be greater."""
    if asked is None or asked == offered:
        return True
    parts, theirs = asked.split("."), offered.split(".")
    for wanted_part, part in zip(parts, theirs, strict=False):
        bound = wanted_part.removesuffix("+")
        if not bound.isdigit():
            return False
        if wanted_part.endswith("+"):
            return int(part) >= int(bound)
        if int(part) != int(bound):
            return False
    return len(parts) == len(theirs)
