"""Línea 1818's columns and its own code list. Source: the feed contracts, version 1, ``linea-1818``."""

from adapters.reading.codes import CodeTable
from adapters.reading.folding import fold_code
from schemas.vocabulary import CallCategory

SHEET = "LLAMADAS"
NUMBER = "NRO_LLAMADA"

# In the order of the contract, without the one that is never kept.
COLUMNS = (
    NUMBER,
    "FECHA_HORA",
    "CATEGORIA",
    "LLAMADA_ORIGEN",
    "DELITO",
    "FINALIDAD",
    "CAPTACION",
    "DEPARTAMENTO",
    "PROVINCIA",
    "DISTRITO",
    "NRO_VICTIMAS",
    "VICTIMA_NOMBRE",
    "VICTIMA_EDAD",
    "VICTIMA_SEXO",
    "VICTIMA_NACIONALIDAD",
    "DENUNCIADO_NOMBRE",
    "DENUNCIADO_ALIAS",
    "DERIVADO_A",
    "FECHA_DERIVACION",
    "NRO_DENUNCIA_PNP",
    "RELATO",
    "FECHA_ACTUALIZACION",
)

CATEGORIES = CodeTable(
    {
        "DENUNCIA": CallCategory.COMPLAINT,
        "ORIENTACION": CallCategory.GUIDANCE,
        "CONSULTA": CallCategory.QUERY,
        "SEGUIMIENTO": CallCategory.FOLLOW_UP,
        "NO VALIDA": CallCategory.NOT_VALID,
    }
)


_TELEPHONES = frozenset({"TELF", "TELEF", "FONO", "CELULAR", "CEL", "MOVIL", "WHATSAPP", "PHONE"})


def never_kept(name: str) -> bool:
    """True of the caller's telephone, also where a sender names its column a little otherwise."""
    folded = fold_code(name)
    return "TELEFONO" in folded or not _TELEPHONES.isdisjoint(folded.replace(".", " ").split())


def without_never_kept(value: object) -> object:
    """A JSON value without any member, however deep, that is never kept."""
    if isinstance(value, dict):
        return {name: without_never_kept(each) for name, each in value.items() if not never_kept(name)}
    return [without_never_kept(each) for each in value] if isinstance(value, list) else value
