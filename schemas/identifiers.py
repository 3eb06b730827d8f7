"""Numbers of files, documents and places: how each is written, and the one form in which it compares.

Every function is pure and total: any text gives a value or ``None``, never an exception.
Source of the forms: the feed contracts, version 1 (``docs/contracts``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from unicodedata import combining, normalize

from schemas.vocabulary import DocumentType, Feed

_DASHES = re.compile(r"[\s\-‐‑‒–—―−_/.·]+")  # what people put between the parts of a number
_PREFIX = re.compile(r"^(?:EXP(?:EDIENTE)?|CARPETA(?: FISCAL)?|CASO|DENUNCIA|LLAMADA)\b[\s.:]*")
_ORDINAL = re.compile(r"^N(?:RO|[°º])?[\s.:°º]+(?=\S)")
_LOST_ENYE = str.maketrans({"¥": "N", "\N{REPLACEMENT CHARACTER}": "N"})


def record_number(text: str) -> str:
    """A source's own number as it is known here: trimmed, upper case, inner spaces collapsed."""
    return " ".join(text.split()).upper()


def _parts(text: str) -> list[str]:
    plain = _ORDINAL.sub("", _PREFIX.sub("", record_number(text)))
    return [part for part in _DASHES.split(plain) if part]


def _is_digits(text: str, least: int, most: int) -> bool:
    return least <= len(text) <= most and text.isascii() and text.isdigit()


# --- expediente -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expediente:
    """A court file's number. ``organ``, ``speciality`` and ``instance`` may be missing in a citation."""

    number: int
    year: int
    incident: int  # 0 = the main file; a citation without one means the main file
    court: str  # judicial district (2) + seat (2)
    organ: str | None = None
    speciality: str | None = None
    instance: int | None = None

    @property
    def district(self) -> str:
        return self.court[:2]

    @property
    def canonical(self) -> str:
        """``00123-2023-0-2703-JR-PE-01``: the natural key; shorter where parts are missing."""
        full = f"{self.number:05d}-{self.year:04d}-{self.incident}-{self.court}"
        for part in (self.organ, self.speciality):
            full += f"-{part}" if part else ""
        return full + (f"-{self.instance:02d}" if self.instance is not None else "")

    @property
    def court_case_key(self) -> str:
        """Equal in two numbers exactly when they mean the same court case: number, year, district."""
        return f"{self.number:05d}-{self.year:04d}-{self.district}"

    @property
    def complete(self) -> bool:
        return self.instance is not None


_ORGAN_TAIL = re.compile(r"^([A-Z]{2})(?:-([A-Z]{2})(?:-(\d{1,2}))?)?$")


def parse_expediente(text: str) -> Expediente | None:
    """Read a court number, also unpadded, with other dashes, or without its last parts.

    Number, year and court must be there: without the court nothing says which of 35 districts is meant.
    """
    parts = _parts(text)
    if len(parts) < 3 or not _is_digits(parts[0], 1, 5) or not _is_digits(parts[1], 4, 4):
        return None
    incident = 0
    if _is_digits(parts[2], 1, 3):
        incident = int(parts.pop(2))
    if len(parts) < 3 or not re.fullmatch(r"[0-9A-Z]{4}", parts[2]):
        return None
    tail = _ORGAN_TAIL.match("-".join(parts[3:])) if parts[3:] else None
    if parts[3:] and tail is None:
        return None
    organ, speciality, instance = tail.groups() if tail else (None, None, None)
    return Expediente(
        number=int(parts[0]),
        year=int(parts[1]),
        incident=incident,
        court=parts[2],
        organ=organ,
        speciality=speciality,
        instance=int(instance) if instance else None,
    )


# --- carpeta fiscal ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Carpeta:
    """A prosecution file's number."""

    office: int
    year: int
    sequence: int
    suffix: int

    @property
    def canonical(self) -> str:
        """``2706014502-2023-123-0``: office of ten digits (eleven where it has them), no other padding."""
        return f"{self.office:010d}-{self.year:04d}-{self.sequence}-{self.suffix}"

    @property
    def bar_code(self) -> str:
        return f"{self.office:011d}{self.year:04d}{self.sequence:06d}{self.suffix:04d}"


def parse_carpeta(text: str) -> Carpeta | None:
    """Read a carpeta, dashed, spaced, or as its bar code (25 digits, or fewer where leading zeros were lost).

    A missing suffix is 0, the main file.
    """
    parts = _parts(text)
    if len(parts) == 1 and _is_digits(parts[0], 23, 25):
        code = parts[0].zfill(25)
        parts = [code[:11], code[11:15], code[15:21], code[21:]]
    elif len(parts) == 3:
        parts.append("0")
    lengths = ((9, 11), (4, 4), (1, 6), (1, 4))
    if len(parts) != 4 or not all(
        _is_digits(part, *length) for part, length in zip(parts, lengths, strict=True)
    ):
        return None
    office, year, sequence, suffix = map(int, parts)
    return Carpeta(office, year, sequence, suffix)


# --- police and hotline numbers ---------------------------------------------------------------------------


def _plain_letters(text: str) -> str:
    decomposed = normalize("NFD", text.translate(_LOST_ENYE))
    return "".join(letter for letter in decomposed if not combining(letter))


def _unified(text: str) -> str:
    """Parts joined by single dashes, accents and Ñ off: for numbers that follow no known form."""
    return "-".join(_parts(_plain_letters(text)))


_RETA = re.compile(r"^(?=[A-Z])([A-Z0-9-]+)-(\d{4})-0*(\d{1,7})$")


def reta_citation_key(text: str) -> str | None:
    """``COM JUANJUI 2024 077`` -> ``COM-JUANJUI-2024-77``; None where no unit, year and sequence is read."""
    match = _RETA.match(_unified(text))
    return f"{match[1]}-{match[2]}-{match[3]}" if match else None


_CALL = re.compile(r"^(?:1818-)?((?:19|20)\d{2})-(\d{1,7})$")


def call_citation_key(text: str) -> str | None:
    """``1818-2023-4417`` -> ``1818-2023-004417``; the leading 1818 may be missing."""
    match = _CALL.match("-".join(_parts(text)))
    return f"1818-{match[1]}-{int(match[2]):06d}" if match else None


def _carpeta_key(text: str) -> str | None:
    carpeta = parse_carpeta(text)
    return carpeta.canonical if carpeta else None


def _court_case_key(text: str) -> str | None:
    expediente = parse_expediente(text)
    return expediente.court_case_key if expediente else None


_LONGEST = 100  # characters; longer texts are no number
_CITATION_KEYS: Mapping[Feed, Callable[[str], str | None]] = {
    Feed.RETA_PNP: reta_citation_key,
    Feed.SISTRA: _carpeta_key,
    Feed.PODER_JUDICIAL: _court_case_key,
    Feed.LINEA_1818: call_citation_key,
}


@lru_cache(maxsize=65_536)
def _citation_key(feed: Feed, text: str) -> str | None:
    return _CITATION_KEYS[feed](text)


def citation_key(feed: Feed, text: str) -> str | None:
    """The form in which a cited number of that feed compares with the feed's own; None when unreadable."""
    return _citation_key(feed, text) if len(text) <= _LONGEST else None


def own_citation_key(feed: Feed, number: str) -> str:
    """The form in which others' citations of this record compare; a number of no known form stands as is."""
    return citation_key(feed, number) or _unified(number) or record_number(number)


def natural_key(feed: Feed, number: str) -> str:
    """By which (feed, number) is one record: carpetas and expedientes canonical, else the number itself."""
    if feed is Feed.SISTRA:
        return _carpeta_key(number) or record_number(number)
    if feed is Feed.PODER_JUDICIAL:
        expediente = parse_expediente(number)
        return expediente.canonical if expediente and expediente.complete else record_number(number)
    return record_number(number)


# --- documents --------------------------------------------------------------------------------------------

_DNI_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_DNI_DIGITS = "65432110987"
_DNI_LETTERS = "KJIHGFEDCBA"


def dni_check_characters(number: str) -> tuple[str, str]:
    """The digit and the letter that may follow these eight digits: ``10117410`` -> ``("2", "G")``."""
    rest = sum(weight * int(digit) for weight, digit in zip(_DNI_WEIGHTS, number, strict=True)) % 11
    return _DNI_DIGITS[rest], _DNI_LETTERS[rest]


class DocumentFlaw(StrEnum):
    """What is to be said of a document's number as it was written."""

    UNREADABLE = "unreadable"  # no valid form of its type: no number
    CHECK_FAILED = "check_failed"  # the check character belongs to another number: no number
    PLACEHOLDER = "placeholder"  # stands for "none": no number, nothing lost
    ZERO_RESTORED = "zero_restored"  # a DNI of seven digits: the number stands


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """``number`` is canonical, or None where there is no evidence of identity."""

    number: str | None
    flaw: DocumentFlaw | None = None


_UNREADABLE = DocumentReading(None, DocumentFlaw.UNREADABLE)
_FORMS: Mapping[DocumentType, re.Pattern[str]] = {
    DocumentType.CE: re.compile(r"[0-9]{9}"),
    DocumentType.PTP: re.compile(r"[0-9]{9}"),
    DocumentType.CPP: re.compile(r"[0-9]{9}"),
    DocumentType.PAS: re.compile(r"[0-9A-Z]{6,12}"),
    DocumentType.CI: re.compile(r"[0-9A-Z]{5,12}"),
}
_DNI_FORM = re.compile(r"([0-9]{7,8})(?:-?([0-9A-K]))?")
_SEPARATORS = re.compile(r"[\s.,]+")


def is_placeholder(number: str) -> bool:
    """True of all characters equal, and of digits that count up or down (12345678, 87654321, 01234567)."""
    core = number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") or number
    if len(set(core)) == 1 and (len(core) > 4 or core in {"0" * len(core), "X" * len(core)}):
        return True
    if not _is_digits(core, 5, 20):
        return False
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(core)}
    return steps in ({1}, {9})


def _read_dni(text: str) -> DocumentReading:
    match = _DNI_FORM.fullmatch(text)
    if match is None:
        return _UNREADABLE
    digits, check = match.groups()
    if check is None and len(digits) == 8:
        return _accepted(digits, None)
    if check is None:
        return _accepted(digits.zfill(8), DocumentFlaw.ZERO_RESTORED)
    number = digits.zfill(8)
    if is_placeholder(number):
        return DocumentReading(None, DocumentFlaw.PLACEHOLDER)
    if check not in dni_check_characters(number):
        return DocumentReading(None, DocumentFlaw.CHECK_FAILED)
    return DocumentReading(number, None if len(digits) == 8 else DocumentFlaw.ZERO_RESTORED)


def _accepted(number: str, flaw: DocumentFlaw | None) -> DocumentReading:
    return (
        DocumentReading(None, DocumentFlaw.PLACEHOLDER)
        if is_placeholder(number)
        else DocumentReading(number, flaw)
    )


def read_document_number(kind: DocumentType, text: str) -> DocumentReading:
    """Canonical number of a document: DNI eight digits without check character; letters upper case."""
    compact = _SEPARATORS.sub("", text).upper()
    if compact and is_placeholder(compact.replace("-", "")):
        return DocumentReading(None, DocumentFlaw.PLACEHOLDER)
    if kind is DocumentType.DNI:
        return _read_dni(compact)
    number = compact.replace("-", "")
    return _accepted(number, None) if _FORMS[kind].fullmatch(number) else _UNREADABLE


def foreign_card_core(number: str) -> str:
    """A foreign identity card as it compares: without its V or E letter and without leading zeros."""
    core = number[1:] if number[:1] in {"V", "E"} else number
    return core.lstrip("0") or core


def document_core(kind: DocumentType, number: str) -> str:
    """A canonical number as it compares: of a passport without the leading zeros that some leave out."""
    if kind is DocumentType.CI:
        return foreign_card_core(number)
    return number.lstrip("0") or number if kind is DocumentType.PAS else number


# --- places -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ubigeo:
    """INEI's code of a district (6 digits), province (4) or department (2). Says nothing of its existence."""

    code: str

    @property
    def department(self) -> str:
        return self.code[:2]

    @property
    def province(self) -> str | None:
        return self.code[:4] if len(self.code) >= 4 else None

    @property
    def district(self) -> str | None:
        return self.code if len(self.code) == 6 else None


def parse_ubigeo(text: str) -> Ubigeo | None:
    """Six digits, or five where a zero was lost; ``170100`` means a province, ``170000`` a department."""
    digits = text.strip()
    if not _is_digits(digits, 5, 6):
        return None
    code = digits.zfill(6)
    if code.endswith("0000"):
        code = code[:2]
    elif code.endswith("00"):
        code = code[:4]
    return None if code.startswith("00") else Ubigeo(code)
