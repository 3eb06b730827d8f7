"""Offences, by article of the Código Penal or by words. Source: the feed contracts, version 1."""

import re

from adapters.reading.caching import cached_short
from adapters.reading.codes import CodeTable
from adapters.reading.folding import fold_code
from adapters.reading.notes import Cell
from adapters.reading.words import is_unknown
from schemas.observations import Offence
from schemas.translation import IssueCode
from schemas.vocabulary import OffenceFamily

_TRAFFICKING_ARTICLES = ("129-A", "129-B", "153", "153-A")
_SMUGGLING_ARTICLES = ("303-A", "303-B")
_RELATED_ARTICLES = (
    *(f"129-{letter}" for letter in "CDEFGHIJKLMNOP"),
    "168-B",
    "179",
    "179-A",
    "180",
    "181",
    "181-A",
    "181-B",
    "182",
    "182-A",
    "183",
    "183-A",
    "183-B",
)
ARTICLES = {
    **dict.fromkeys(_TRAFFICKING_ARTICLES, OffenceFamily.TRAFFICKING),
    **dict.fromkeys(_SMUGGLING_ARTICLES, OffenceFamily.SMUGGLING),
    **dict.fromkeys(_RELATED_ARTICLES, OffenceFamily.RELATED),
}

_WORDS = CodeTable(
    {
        "TRATA": OffenceFamily.TRAFFICKING,
        "TRATA DE PERSONAS": OffenceFamily.TRAFFICKING,
        "TRATA DE PERSONAS AGRAVADA": OffenceFamily.TRAFFICKING,
        "TRATA AGRAVADA": OffenceFamily.TRAFFICKING,
        "TRATA DE PERSONAS FORMA AGRAVADA": OffenceFamily.TRAFFICKING,
        "TRATA DE PERSONAS EN SU FORMA AGRAVADA": OffenceFamily.TRAFFICKING,
        "FORMAS AGRAVADAS DE LA TRATA DE PERSONAS": OffenceFamily.TRAFFICKING,
        "DELITO DE TRATA DE PERSONAS": OffenceFamily.TRAFFICKING,
        "TENTATIVA DE TRATA DE PERSONAS": OffenceFamily.TRAFFICKING,
        "TRAFICO ILICITO DE MIGRANTES": OffenceFamily.SMUGGLING,
        "TRAFICO ILICITO DE MIGRANTES AGRAVADO": OffenceFamily.SMUGGLING,
        "FORMAS AGRAVADAS DEL TRAFICO ILICITO DE MIGRANTES": OffenceFamily.SMUGGLING,
        "TRAFICO DE MIGRANTES": OffenceFamily.SMUGGLING,
        "EXPLOTACION SEXUAL": OffenceFamily.RELATED,
        "EXPLOTACION SEXUAL DE NIÑAS NIÑOS Y ADOLESCENTES": OffenceFamily.RELATED,
        "EXPLOTACION LABORAL": OffenceFamily.RELATED,
        "ESCLAVITUD Y OTRAS FORMAS DE EXPLOTACION": OffenceFamily.RELATED,
        "TRABAJO FORZOSO": OffenceFamily.RELATED,
        "PORNOGRAFIA INFANTIL": OffenceFamily.RELATED,
        "FAVORECIMIENTO A LA PROSTITUCION": OffenceFamily.RELATED,
        "PROXENETISMO": OffenceFamily.RELATED,
        "RUFIANISMO": OffenceFamily.RELATED,
    }
)

# Words that stand in an offence's field and name none.
_NO_OFFENCE = frozenset(
    {
        "DELITO",
        "DELITOS",
        "EN INVESTIGACION",
        "ERROR",
        "FALSE",
        "N/A",
        "NA",
        "NAN",
        "NINGUNO",
        "NINGUNA",
        "NONE",
        "NO APLICA",
        "NO DEFINIDO",
        "NO ESPECIFICA",
        "NO ESPECIFICADO",
        "NO CONSTA",
        "NULL",
        "NULO",
        "OTRO",
        "OTROS",
        "OTROS DELITOS",
        "PENDIENTE",
        "POR CALIFICAR",
        "POR DEFINIR",
        "POR DETERMINAR",
        "PRUEBA",
        "SIN DELITO",
        "SIN ESPECIFICAR",
        "TEST",
        "TRUE",
        "VARIOS",
    }
)
_PUNCTUATION = re.compile(r"[^A-Z0-9 ]+")
_ARTICLE = re.compile(r"(?:ART(?:ICULO|\.)?[ .]*(?:N[°º.]? *)?)?(\d{3}) ?-? ?([A-Z])?")
_CITED_ARTICLE = re.compile(r"\bART(?:ICULO|\.)?[ .]*(?:N[°º.]? *)?(\d{3})(?: ?- ?([A-Z])\b|([A-Z])\b)?")


@cached_short(4_096)
def parse_article(text: str) -> str | None:
    """``129A``, ``Art. 129-A`` -> ``129-A``; None where the text is no article."""
    match = _ARTICLE.fullmatch(fold_code(text))
    return "-".join(part for part in match.groups() if part) if match else None


@cached_short(16_384)
def names_no_offence(text: str) -> bool:
    """True of an empty text, spreadsheet errors (``#N/A``), marks, and words that name nothing."""
    folded = fold_code(text)
    letters = sum(letter.isalpha() for letter in folded)
    return is_unknown(text) or folded.startswith("#") or letters < 3 or folded.strip(" .") in _NO_OFFENCE


@cached_short(16_384)
def _listed_words(text: str) -> tuple[OffenceFamily, str | None] | None:
    """Family of a wording on the list, or of a cited article.

    Of several offences separated by ``/``, all of them listed, trafficking wins, then smuggling.
    """
    parts = [_listed(part) for part in text.split("/")]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return min(found, key=lambda offence: _RANK[offence[0]])


_RANK = {family: rank for rank, family in enumerate(OffenceFamily)}


def _listed(text: str) -> tuple[OffenceFamily, str | None] | None:
    folded = fold_code(text)
    family = _WORDS.get(" ".join(_PUNCTUATION.sub(" ", folded).split()))
    if family is not None:
        return family, None
    cited = _CITED_ARTICLE.search(folded)
    article = "-".join(part for part in cited.groups() if part) if cited else None
    return (ARTICLES[article], article) if article is not None and article in ARTICLES else None


def read_offence(label: Cell, code: Cell | None = None, *, required: bool = True) -> Offence | None:
    """The offence by its article, else by its words.

    Readable but on no list: related, with a warning. Unreadable: None, a rejection if ``required``.
    """
    article = parse_article(code.text) if code else None
    words = None if names_no_offence(label.text) else label.text
    if article in ARTICLES and article is not None:
        return Offence(family=ARTICLES[article], code=article, label=words)
    listed = _listed_words(words) if words else None
    if code is not None and code.known is not None:
        code.warn(IssueCode.OFFENCE_UNLISTED)
    if listed:
        return Offence(family=listed[0], code=listed[1] or article, label=words)
    if words or article:
        label.warn(IssueCode.OFFENCE_UNLISTED)
        return Offence(family=OffenceFamily.RELATED, code=article, label=words)
    if required:
        label.reject(IssueCode.OFFENCE_UNREADABLE)
    elif label.known is not None:
        label.warn(IssueCode.OFFENCE_UNREADABLE)
    return None


_PRECEDENCE = (OffenceFamily.TRAFFICKING, OffenceFamily.SMUGGLING, OffenceFamily.RELATED)


def leading_offence(offences: list[Offence], cell: Cell) -> Offence | None:
    """The one that stands for a record of several: trafficking wins, then smuggling, then the first.

    Several families are noted, for the others stay in the verbatim content alone; none rejects the record.
    """
    if not offences:
        cell.reject(IssueCode.OFFENCE_UNREADABLE)
        return None
    if len({offence.family for offence in offences}) > 1:
        cell.note(IssueCode.OFFENCES_DIFFER)
    return min(offences, key=lambda offence: _PRECEDENCE.index(offence.family))
