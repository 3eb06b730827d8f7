"""The SDMX routes in the description of the API. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.releases.sdmx.asking import TIME
from app.releases.sdmx.errors import ERROR_JSON, ERROR_XML
from app.releases.sdmx.json_data import ALL
from app.releases.sdmx.negotiation import Offer
from app.releases.sdmx.references import DETAILS, KINDS, REFERENCES

_WORD: Final = {"type": "string", "minLength": 1, "maxLength": 80, "pattern": r"^[A-Za-z0-9_@$*~.,+-]+$"}
_MOMENT: Final = {"type": "string", "format": "date-time"}
_PERIOD: Final = {"type": "string", "pattern": r"^(19|20)\d{2}(-(0[1-9]|1[0-2])|-Q[1-4]|-S[12]|-B[1-6])?$"}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": 999_999}
_PATH: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "kind": ("Tipo de artefacto / artefact type", {"type": "string", "enum": list(KINDS)}),
    "context": ("Contexto / context", {"type": "string", "enum": ["dataflow", "datastructure", "*"]}),
    "agency": ("Agencia: INTERTRATA / agency", _WORD),
    "resource": ("Id / id", _WORD),
    "flow": ("Flujo de datos / data flow: DF_CASES_DEPARTMENT", _WORD),
    "version": ("Versión: 1.0.0, latest, ~, + / version", _WORD),
    "item": ("Id de un código o concepto / id of a code or concept", _WORD),
    "key": ("Clave / key: M2.trafficking.*", _WORD),
    "provider": ("Proveedor / provider: all", _WORD),
    "component": ("Dimensiones o * / dimensions, or *", _WORD),
}
_QUERY: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "startPeriod": ("Desde este periodo / from this period on", _PERIOD),
    "endPeriod": ("Hasta este periodo / up to this period", _PERIOD),
    "updatedAfter": ("Solo lo cambiado desde entonces / only what changed since", _MOMENT),
    "asOf": ("Como estaba entonces / as it stood then", _MOMENT),
    "includeHistory": ("También las versiones reemplazadas / replaced versions too", {"type": "boolean"}),
    "firstNObservations": ("Las primeras de cada serie / the first of each series", _COUNT),
    "lastNObservations": ("Las últimas de cada serie / the last of each series", _COUNT),
    "offset": ("Cuántas se saltan / how many to skip", {**_COUNT, "minimum": 0}),
    "limit": ("Cuántas como máximo / how many at most", _COUNT),
    "sort": ("Orden / order: `series_key+TIME_PERIOD:desc`", _WORD | {"pattern": r"^[A-Z_a-z*:+]+$"}),
    "deletion": ("Para mensajes que borran / for messages that delete", {"type": "boolean"}),
    "explicitMeasure": ("SDMX 2.1", {"type": "boolean"}),
    "explicit": ("SDMX 2.1", {"type": "boolean"}),
    "dimensionAtObservation": (
        "Dimensión de la observación / dimension at the observation",
        {"type": "string", "enum": [TIME, ALL]},
    ),
    "attributes": (
        "Atributos / attributes",
        {"type": "string", "enum": ["dsd", "all", "none", "obs", "dataset"]},
    ),
    "measures": ("Medidas / measures", {"type": "string", "enum": ["all", "none", "OBS_VALUE"]}),
    "detail": ("Detalle / detail", {"type": "string"}),
    "references": ("Referencias / references", {"type": "string"}),
    "mode": ("Qué valores / which values", {"type": "string", "enum": ["exact", "available"]}),
}
_COMPONENTS: Final = {
    "name": "c",
    "in": "query",
    "style": "deepObject",
    "explode": True,
    "description": "Filtro por componente / filter by component: `c[TIME_PERIOD]=ge:2026-01+le:2026-12`",
    "schema": {
        "type": "object",
        "properties": {"TIME_PERIOD": {"type": "string"}, "FREQ": {"type": "string", "enum": ["A", "M2"]}},
        "additionalProperties": False,
    },
}
DATA_DETAILS: Final = ("full", "dataonly", "nodata", "serieskeysonly")


def described(path: str, query: Sequence[str], *, components: bool, of_data: bool) -> dict[str, Any]:
    """``openapi_extra`` of a route whose handler takes its path and query apart by itself."""
    parameters = [
        {"name": name, "in": "path", "required": True, "description": told, "schema": dict(schema)}
        for name, (told, schema) in _PATH.items()
        if f"{{{name}}}" in path
    ]
    enums = {"detail": DATA_DETAILS if of_data else DETAILS, "references": REFERENCES}
    for name in query:
        told, schema = _QUERY[name]
        listed = {"enum": list(enums[name])} if name in enums else {}
        if name == "references" and of_data:
            listed = {"enum": ["none", "all"]}
        parameters.append({"name": name, "in": "query", "description": told, "schema": {**schema, **listed}})
    return {"parameters": [*parameters, *([_COMPONENTS] if components else [])]}


def answers(offer: Offer) -> dict[int | str, dict[str, Any]]:
    refused: dict[str, Any] = {"content": {ERROR_JSON: {}, ERROR_XML: {}}}
    told: dict[int | str, dict[str, Any]] = {
        200: {"description": "SDMX", "content": {each.value: {} for each in offer.formats}},
        204: {"description": "Nada cambió desde `updatedAfter` / nothing changed since"},
        304: {"description": "Ya se tiene / held already"},
        400: {  # a NUL in the address is refused before any route is asked
            "description": "No sigue la API REST de SDMX / not the SDMX REST API",
            "content": {**refused["content"], _PROBLEM: {}},
        },
        404: {"description": "Nada responde / nothing answers", **refused},
        406: {"description": "Formato no ofrecido / format not offered", **refused},
        422: {"description": "Código o pedido que no vale / code or request not valid", **refused},
        429: {"description": "Demasiado seguido / too often: Retry-After", "content": {_PROBLEM: {}}},
        501: {"description": "No se ofrece / not offered", **refused},
    }
    return told


_PROBLEM: Final = "application/problem+json"
