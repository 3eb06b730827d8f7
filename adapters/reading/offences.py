"""Offences, by article of the Código Penal or by words. Source: the feed contracts, version 1."""

import re

from adapters.reading.caching import cached_short
from adapters.reading.codes import CodeTable
from adapters.reading.folding import fold, fold_code
from adapters.reading.notes import Cell
from adapters.reading.words import is_unknown
from schemas.observations import Offence
from schemas.translation import IssueCode
from schemas.vocabulary import OffenceFamily

_TRAFFICKING_ARTICLES = ("129-A", "129-B", "153", "153-A")
_SMUGGLING_ARTICLES = ("303-A", "303-B")
_RELATED_ARTICLES = (
    *(f"129-{letter}" for letter in "CDEFGHIJKLMNÑOP"),
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
        "TDP": OffenceFamily.TRAFFICKING,
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
        "TIM": OffenceFamily.SMUGGLING,
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
_LONGEST = 500  # characters in which an article or a wording is looked for
_PUNCTUATION = re.compile(r"[^A-Z0-9 ]+")
_DASHES = re.compile("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}]")
_ART = r"ART(?:ICULO|\.)?[ .]*(?:N[°º.]? *)?"
_ARTICLE = re.compile(rf"(?:{_ART})?(\d{{3}}) ?-? ?([A-ZÑ])?")
_CITED_ARTICLE = re.compile(rf"\b{_ART}(\d{{3}})(?: ?- ?([A-ZÑ])\b|([A-ZÑ])\b)?|\b(\d{{3}}) ?- ?([A-ZÑ])\b")
# A listed wording within the words that reports put around it: before, and behind.
_BEFORE = re.compile(
    r"^(?:(?:EL|LA|LOS|LAS|POR|DELITOS?|CONTRA LA (?:DIGNIDAD HUMANA|LIBERTAD(?: PERSONAL)?)|"
    r"PRESUNT[OA]S?|SUPUEST[OA]S?|POSIBLES?|PROBABLES?|TENTATIVA|COMISION|DE|DEL) )+"
)
_BEHIND = re.compile(
    r" (?:AGRAVAD[OA]S?|EN (?:SU )?(?:FORMA|MODALIDAD) (?:AGRAVADA|SIMPLE)|EN GRADO DE TENTATIVA|"
    r"(?:CON|PARA) FINES? DE .+|EN AGRAVIO DE .+|DE MENOR(?:ES)?(?: DE EDAD)?)$"
)
_NAMES_NOTHING = re.compile(
    r"(?:DELITOS? )?(?:DATOS? )?(?:"
    r"NO (?:SE )?(?:HA )?(?:APLICA|CONSIGNAD?[AO]?|CONSTA|CORRESPONDE|DEFINID[AO]|DETERMINAD[AO]|DISPONIBLE|"
    r"ESPECIFICA|ESPECIFICAD[AO]|ESTABLECID[AO]|IDENTIFICAD[AO]|INDICA|INDICAD[AO]|MENCIONA|PRECISA|"
    r"PRECISAD[AO]|REFIERE|REGISTRA|REGISTRAD[AO]|SABE|TIENE|TIPIFICAD[AO])"
    r"|SIN (?:CALIFICAR|CLASIFICAR|DATOS?|DEFINIR|DELITO|DESCRIPCION|DETALLE|DETERMINAR|ESPECIFICAR|"
    r"INFORMACION|PRECISAR|REGISTRO|TIPIFICAR|TIPIFICACION)"
    r"|(?:POR|A) (?:ACLARAR|CALIFICAR|CONFIRMAR|DEFINIR|DETERMINAR|ESTABLECER|IDENTIFICAR|INVESTIGAR|"
    r"PRECISAR|TIPIFICAR)"
    r"|(?:EN )?BLANCO|VACI[AO]|INDETERMINAD[AO]|PENDIENTE(?: DE \w+)?|([A-Z])\1+|ASDF\w*|QWERTY\w*)"
)


@cached_short(4_096)
def parse_article(text: str) -> str | None:
    """``129A``, ``Art. 129-A`` -> ``129-A``; None where the text is no article."""
    match = _ARTICLE.fullmatch(_DASHES.sub("-", fold(text)))
    return "-".join(part for part in match.groups() if part) if match else None


@cached_short(16_384)
def names_no_offence(text: str) -> bool:
    """True of an empty text, spreadsheet errors (``#N/A``), marks, and words that name nothing."""
    folded = fold_code(text)
    if is_unknown(text) or folded.startswith("#"):
        return True
    if sum(letter.isalpha() for letter in folded) < 3:
        return _cited_article(text) is None
    bare = folded.strip(" .")
    return bare in _NO_OFFENCE or _NAMES_NOTHING.fullmatch(bare) is not None


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
    article = _cited_article(text)
    words = " ".join(_PUNCTUATION.sub(" ", fold_code(text)).split())
    family = _WORDS.get(words) or _WORDS.get(_bared(words))
    if family is not None:
        return family, article if article and ARTICLES[article] is family else None
    return (ARTICLES[article], article) if article is not None else None


def _bared(words: str) -> str:
    """``PRESUNTA TRATA DE PERSONAS CON FINES DE ...`` -> ``TRATA DE PERSONAS``; other words stay."""
    return _BEHIND.sub("", _BEFORE.sub("", words))


def _cited_article(text: str) -> str | None:
    """The article of the lists that a text cites (``ART. 153``, ``129-A``); None where it cites none."""
    cited = _CITED_ARTICLE.search(_DASHES.sub("-", fold(text[:_LONGEST])))
    article = "-".join(part for part in cited.groups() if part) if cited else None
    return article if article in ARTICLES else None


def read_offence(label: Cell, code: Cell | None = None, *, required: bool = True) -> Offence | None:
    """The offence by its article, else by its words.

    Readable but on no list: related, with a warning. Unreadable: None, a rejection if ``required``.
    """
    article = (parse_article(code.text) or _cited_article(code.text)) if code else None
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
