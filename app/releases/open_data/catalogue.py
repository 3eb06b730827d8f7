"""The catalogue of open data, as DCAT-AP 3.0 in JSON-LD. Pure.

Controlled words are those of the EU's Publications Office, as DCAT-AP asks.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from app.releases.open_data.dictionary import public_tables
from app.releases.sdmx.periods import period_of
from app.releases.standard import StandardTable
from app.releases.words import unit_words
from schemas.indicators import Words
from schemas.releases import Release

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_AUTHORITY: Final = "http://publications.europa.eu/resource/authority"
_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FILES: Final = (("csv", "CSV", "text/csv"), ("parquet", "PARQUET", "application/vnd.apache.parquet"))
_TITLE: Final = Words(
    es="INTERTRATA: cifras publicadas sobre trata de personas en el Perú",
    en="INTERTRATA: published figures on trafficking in persons in Peru",
)
_DESCRIPTION: Final = Words(
    es="Tablas bimestrales de la edición pública, protegidas para que no señalen a nadie.",
    en="Bimonthly tables of the public edition, protected so that they point at nobody.",
)


def catalogue(root: str, releases: Sequence[Release], modified: datetime | None) -> dict[str, Any]:
    """``root`` is the service's public address; ``releases`` are those whose figures stand, and ``modified``
    when they last were others."""
    base = f"{root}/v1/open"
    return {
        "@context": _CONTEXT,
        "@id": base,
        "@type": "dcat:Catalog",
        "dct:title": _said(_TITLE),
        "dct:description": _said(_DESCRIPTION),
        "dct:publisher": _publisher(root),
        "dct:license": {"@id": LICENCE},
        "dct:language": _languages(),
        "dct:spatial": {"@id": f"{_AUTHORITY}/country/PER"},
        **_modified(releases),
        **({} if modified is None else {"dct:modified": _moment(modified)}),
        "foaf:homepage": {"@id": base},
        "dcat:service": _services(root),
        "dcat:dataset": [_dataset(root, table, releases) for table in public_tables()],
    }


def _said(words: Words) -> list[dict[str, str]]:
    return [{"@language": "es", "@value": words.es}, {"@language": "en", "@value": words.en}]


def _moment(at: datetime) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": at.isoformat().replace("+00:00", "Z")}


def _modified(releases: Sequence[Release]) -> dict[str, Any]:
    moments = [each.published_at for each in releases if each.published_at is not None]
    return {} if not moments else {"dct:issued": _moment(min(moments)), "dct:modified": _moment(max(moments))}


def _languages() -> list[dict[str, str]]:
    return [{"@id": f"{_AUTHORITY}/language/{code}"} for code in ("SPA", "ENG")]


def _publisher(root: str) -> dict[str, Any]:
    return {"@id": f"{root}/", "@type": "foaf:Agent", "foaf:name": "INTERTRATA"}


def _services(root: str) -> list[dict[str, Any]]:
    return [
        {
            "@id": f"{root}/sdmx/{version}",
            "@type": "dcat:DataService",
            "dct:title": _said(Words(es=f"SDMX {version} (REST)", en=f"SDMX {version} (REST)")),
            "dcat:endpointURL": {"@id": f"{root}/sdmx/{version}"},
            "dct:license": {"@id": LICENCE},
            "dct:accessRights": {"@id": f"{_AUTHORITY}/access-right/PUBLIC"},
        }
        for version in ("3.0", "2.1")
    ]


def _dataset(root: str, table: StandardTable, releases: Sequence[Release]) -> dict[str, Any]:
    base = f"{root}/v1/open"
    held = [each for each in releases if any(entry.id == table.id for entry in each.manifest.tables)]
    told = table.definition
    return {
        "@id": f"{base}/tables/{table.id}",
        "@type": "dcat:Dataset",
        "dct:identifier": table.id,
        "dct:title": _said(table.name),
        "dct:description": _said(
            Words(
                es=f"{told.numerator.es}. Universo: {told.universe.es}. Unidad: {unit_words(told.unit).es}.",
                en=f"{told.numerator.en}. Universe: {told.universe.en}. Unit: {unit_words(told.unit).en}.",
            )
        ),
        "dct:publisher": _publisher(root),
        "dct:language": _languages(),
        "dct:spatial": {"@id": f"{_AUTHORITY}/country/PER"},
        "dct:accessRights": {"@id": f"{_AUTHORITY}/access-right/PUBLIC"},
        "dct:accrualPeriodicity": {"@id": f"{_AUTHORITY}/frequency/BIMONTHLY"},
        "dcat:theme": [{"@id": f"{_AUTHORITY}/data-theme/JUST"}],
        "dcat:keyword": _said(Words(es="trata de personas", en="trafficking in persons")),
        "dcat:landingPage": {"@id": f"{base}/dictionary"},
        **_modified(held),
        **_temporal(held),
        **({} if not held else {"dcat:version": held[-1].manifest.release}),
        "dcat:distribution": list(_distributions(base, table, held)),
    }


def _temporal(releases: Sequence[Release]) -> dict[str, Any]:
    spans = [period_of(period).span for each in releases for period in each.manifest.periods]
    if not spans:
        return {}
    first, last = min(span.first for span in spans), max(span.last for span in spans)
    return {
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@type": "xsd:date", "@value": first.isoformat()},
            "dcat:endDate": {"@type": "xsd:date", "@value": last.isoformat()},
        }
    }


def _distributions(base: str, table: StandardTable, held: Sequence[Release]) -> Iterable[dict[str, Any]]:
    for ending, form, media_type in _FILES:
        address = f"{base}/tables/{table.id}.{ending}"
        yield {
            "@id": address,
            "@type": "dcat:Distribution",
            "dct:title": _said(Words(es=f"{table.name.es} ({form})", en=f"{table.name.en} ({form})")),
            "dcat:accessURL": {"@id": address},
            "dcat:downloadURL": {"@id": address},
            "dct:license": {"@id": LICENCE},
            "dct:format": {"@id": f"{_AUTHORITY}/file-type/{form}"},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media_type}"},
            **_modified(held),
        }
