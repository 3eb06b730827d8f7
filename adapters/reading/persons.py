"""Who a person is: names, initials, protected keys, documents, nationality."""

import re
from dataclasses import dataclass
from functools import cache

from adapters.reading.ages import AGE_PATTERN, UNKNOWN_AGE, Age, age_of, checked_age
from adapters.reading.codes import CodeTable, read_code
from adapters.reading.folding import fold, fold_code
from adapters.reading.notes import Cell
from adapters.reference import nationalities
from schemas.identifiers import DocumentFlaw, read_document_number
from schemas.observations import Document
from schemas.translation import IssueCode
from schemas.vocabulary import DocumentType

# --- nationality ------------------------------------------------------------------------------------------


@cache
def _nationalities() -> CodeTable[str]:
    codes = nationalities()
    return CodeTable({**codes, **{code: code for code in codes.values()}})


def read_nationality(cell: Cell) -> str | None:
    """ISO 3166-1 alpha-3, from a Spanish adjective, a country's name or the code itself."""
    return read_code(cell, _nationalities())


# --- documents --------------------------------------------------------------------------------------------

DOCUMENT_TYPES = CodeTable(
    {
        "DNI": DocumentType.DNI,
        "D.N.I.": DocumentType.DNI,
        "CE": DocumentType.CE,
        "C.E.": DocumentType.CE,
        "CARNE DE EXTRANJERIA": DocumentType.CE,
        "CARNET DE EXTRANJERIA": DocumentType.CE,
        "PTP": DocumentType.PTP,
        "CPP": DocumentType.CPP,
        "PAS": DocumentType.PAS,
        "PASAPORTE": DocumentType.PAS,
        "CI": DocumentType.CI,
        "C.I.": DocumentType.CI,
        "CEDULA DE IDENTIDAD": DocumentType.CI,
    }
)
_FLAWS = {
    DocumentFlaw.UNREADABLE: IssueCode.DOCUMENT_UNREADABLE,
    DocumentFlaw.CHECK_FAILED: IssueCode.DOCUMENT_CHECK_FAILED,
}
_REPAIRS = {
    DocumentFlaw.PLACEHOLDER: IssueCode.DOCUMENT_PLACEHOLDER,
    DocumentFlaw.ZERO_RESTORED: IssueCode.DOCUMENT_ZERO_RESTORED,
}


def read_document(kind: Cell, number: Cell) -> Document | None:
    """A document that is evidence of identity, or None. A number without its type is a number of nothing."""
    document_type = read_code(kind, DOCUMENT_TYPES)
    if number.known is None:
        return None
    if document_type is None:
        if kind.known is None:
            number.warn(IssueCode.DOCUMENT_UNREADABLE)
        return None
    reading = read_document_number(document_type, number.text)
    if reading.flaw in _FLAWS:
        number.warn(_FLAWS[reading.flaw])
    elif reading.flaw is not None:
        number.note(_REPAIRS[reading.flaw])
    return Document(type=document_type, number=reading.number) if reading.number else None


# --- names ------------------------------------------------------------------------------------------------

_DOTTED = re.compile(r"(?:[A-ZÑ]{1,2}\.\s*){2,7}")
_TITLE = re.compile(r"^(?:(?:SR|SRA|SRTA|DR|DRA|DON|DOÑA|SEÑOR|SEÑORA|SEÑORITA)(?:\.\s*|\s+|$))+")
_AGE_IN_NAME = re.compile(rf"[\s,(]*\b{AGE_PATTERN}\)?\s*$")
# Words that describe somebody and name nobody.
_DESCRIPTION = frozenset(
    {
        "ADOLESCENTE",
        "CHICA",
        "CHICAS",
        "CHICO",
        "CHICOS",
        "DUENA",
        "DUENO",
        "EXTRANJERA",
        "EXTRANJERO",
        "HERMANA",
        "HERMANO",
        "HIJA",
        "HIJO",
        "HOMBRE",
        "JOVEN",
        "JOVENES",
        "MENOR",
        "MENORES",
        "MUCHACHA",
        "MUCHACHO",
        "MUJER",
        "MUJERES",
        "NINA",
        "NINAS",
        "NINO",
        "NINOS",
        "PERSONA",
        "PERSONAS",
        "SENOR",
        "SENORA",
        "SENORITA",
        "SUJETO",
        "SUJETOS",
        "VARON",
        "VECINA",
        "VECINO",
        "VENEZOLANA",
        "VENEZOLANO",
    }
)
_FILLERS = frozenset(
    {
        "DE",
        "DEL",
        "DOS",
        "EDAD",
        "EL",
        "LA",
        "LAS",
        "LOS",
        "SU",
        "SUS",
        "TRES",
        "UN",
        "UNA",
        "UNAS",
        "UNOS",
        "VARIAS",
        "VARIOS",
        "Y",
    }
)
_LONGEST_NAME = 300  # characters; nothing is looked for inside a longer one


def read_name(cell: Cell) -> str | None:
    """A name part as received, or None where it is unknown; with a warning where it has no letter."""
    text = cell.known
    if text is not None and not any(letter.isalpha() for letter in text):
        cell.warn(IssueCode.VALUE_UNKNOWN)
        return None
    return text


@dataclass(frozen=True, slots=True)
class FreeName:
    """A person as a caller describes one: ``described`` is True where somebody is meant, named or not."""

    name: str | None = None
    age: Age = UNKNOWN_AGE
    described: bool = False
    initials: str | None = None


def read_free_name(cell: Cell) -> FreeName:
    """``SR. TEODOMIRO`` -> TEODOMIRO; ``YULI APROX 15 AÑOS`` -> YULI, 15; ``UNA CHICA`` names nobody."""
    if read_name(cell) is None:
        return FreeName()
    if len(cell.text) > _LONGEST_NAME:
        return FreeName(cell.text, described=True)
    if holds_initials(cell.text):
        initials = read_initials(cell)
        return FreeName(None, initials.age, described=True, initials=initials.letters)
    age = UNKNOWN_AGE
    folded = fold(cell.text.replace("_", " "))
    if match := _AGE_IN_NAME.search(folded.replace("Ñ", "N")):
        age = checked_age(cell, age_of(match))
        folded = folded[: match.start()].strip(" ,(")
    name = _TITLE.sub("", folded).strip()
    words = fold_code(name).split()
    if not name or all(word in _DESCRIPTION or word in _FILLERS for word in words):
        return FreeName(None, age, described=True)
    return FreeName(_as_received(cell.text, name), age, described=True)


def _as_received(text: str, name: str) -> str:
    """The words of ``text`` that fold to ``name``, spelt as they came; ``name`` where they cannot be told."""
    received = " ".join(text.split())
    at = fold(received).find(name)
    piece = received[at : at + len(name)]
    return piece if fold(piece) == name else name


# --- initials and keys ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Initials:
    """``letters`` in upper case, one per name; the age some write behind them."""

    letters: str | None = None
    age: Age = UNKNOWN_AGE


_MINOR = re.compile(
    r"^(?:(?:LA|EL|UN|UNA) )?(?:MENOR|ADOLESCENTE|PERSONA)?(?: DE EDAD)?"
    r"(?: ?(?:DE|CON) )?(?:LAS )?INICIALES:? "
)
_BEHIND = re.compile(r"[ ,(]*\(?(?:DE )?(?P<least>\d{1,3})(?: ANOS)?(?: DE EDAD)?\)?$")
_PLAIN = re.compile(r"[A-ZÑ]{2,7}")


def read_initials(cell: Cell) -> Initials:
    """``Y.P.S.L.`` -> YPSL; ``MENOR DE INICIALES M.R.Q. (15)`` -> MRQ, 15; a warning where there are none."""
    if cell.known is None:
        return Initials()
    text = _MINOR.sub("", fold(cell.text[:_LONGEST_NAME].replace("_", " ")))
    age = UNKNOWN_AGE
    if match := _BEHIND.search(text.replace("Ñ", "N")):
        years = int(match["least"])
        age = checked_age(cell, Age(years, years))
        text = text[: match.start()].strip(" ,(")
    letters = initials_of(text) or (text if _PLAIN.fullmatch(text) else None)
    if letters is None:
        cell.warn(IssueCode.VALUE_UNKNOWN)
    return Initials(letters, age)


def initials_of(text: str) -> str | None:
    """Letters of dotted or spaced initials (``CH.`` counts as C); None where the text is not initials."""
    folded = fold(text)
    if re.fullmatch(r"(?:[A-ZÑ] ){1,6}[A-ZÑ]", folded):
        folded = folded.replace(" ", ".") + "."
    if not folded.endswith("."):
        folded += "."
    return (
        "".join(part.strip()[0] for part in folded.split(".") if part.strip())
        if _DOTTED.fullmatch(folded)
        else None
    )


def holds_initials(text: str) -> bool:
    """True of a name field that carries initials: ``MENOR DE INICIALES ...`` or dotted letters alone."""
    folded = fold(text[:_LONGEST_NAME])
    return bool(_MINOR.match(folded)) or bool(_DOTTED.fullmatch(folded))


_KEY = re.compile(
    r"(?:(?:TESTIGO |VICTIMA )?(?:CLAVE|CODIGO)[ .:]*(?:N[°º.]? *|NRO\.? *)?)?"
    r"0*(\d{1,4}) ?[-/] ?((?:19|20)\d{2})"
)


def read_protected_key(cell: Cell) -> str | None:
    """``CLAVE 03-2023`` -> ``03-2023``; local to its carpeta. A warning where number or year is missing."""
    if cell.known is None:
        return None
    match = _KEY.fullmatch(fold_code(cell.text))
    if match is None:
        cell.warn(IssueCode.VALUE_UNKNOWN)
        return None
    return f"{match[1].zfill(2)}-{match[2]}"


@dataclass(frozen=True, slots=True)
class Names:
    """Names in their parts; or initials, and the age that may stand behind them, where a part holds those."""

    paternal: str | None = None
    maternal: str | None = None
    given: str | None = None
    initials: str | None = None
    age: Age = UNKNOWN_AGE


def read_names(paternal: Cell, maternal: Cell, given: Cell) -> Names:
    """Parts as received; initials in a part that holds them (``Y.P.S.L.``) are no name."""
    surnames = read_name(paternal), read_name(maternal)
    name = read_name(given)
    if name is None or not holds_initials(name):
        return Names(*surnames, name)
    initials = read_initials(given)
    return Names(*surnames, None, initials.letters, initials.age)
