"""The many ways of writing "unknown". Source: the feed contracts, rules that hold for all four."""

from adapters.reading.caching import cached_short
from adapters.reading.folding import fold_code

_UNKNOWN = frozenset(
    {
        "",
        "S/D",
        "S.D.",
        "SD",
        "SIN DATO",
        "SIN DATOS",
        "NN",
        "N.N.",
        "N.N",
        "N N",
        "NO PRECISA",
        "NO REGISTRA",
        "NO INDICA",
        "POR IDENTIFICAR",
        "DESCONOCIDO",
        "DESCONOCIDA",
        "IGNORADO",
        "IGNORADA",
    }
)


@cached_short(65_536)
def is_unknown(text: str) -> bool:
    """True of an empty text, dashes alone, and the listed words however they are cased or spaced."""
    return fold_code(text.strip("-–— ")) in _UNKNOWN
