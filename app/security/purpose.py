"""Who asks, for which case and why: three headers on every request that tells of persons. Pure.

A header holds visible ASCII. Whatever else belongs to a word (ñ, accents) is written as its UTF-8 bytes in
percent-encoding (RFC 3986 2.1), a percent sign as ``%25``. They are never taken from the address: addresses
end in logs.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from app.core.errors import BadRequest

OFFICER: Final = "Intertrata-Officer"
CASE: Final = "Intertrata-Case"
REASON: Final = "Intertrata-Reason"
HEADERS: Final = (OFFICER, CASE, REASON)

OFFICER_FORM: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@/-]{2,63}")
CASE_CHARACTERS: Final = (3, 100)
REASON_CHARACTERS: Final = (10, 500)
_SENT_CHARACTERS: Final = 3 * 2 * 500  # two bytes in UTF-8, three characters each
_SENT: Final = re.compile(r"(?:[\x20-\x24\x26-\x7e]|%[0-9A-Fa-f]{2})+")


class PurposeMissing(BadRequest):
    code = "purpose-missing"
    es = "Falta el encabezado {header}: todo pedido sobre personas dice quién pide, para qué caso y por qué."
    en = "The header {header} is missing: a request on persons says who asks, for which case and why."


class PurposeInvalid(BadRequest):
    code = "purpose-invalid"
    es = (
        "El encabezado {header} no vale: {rule_es}, una sola vez; lo que no es ASCII, en UTF-8 con"
        " codificación por ciento."
    )
    en = "The header {header} is not valid: {rule_en}, once; what is not ASCII, as percent-encoded UTF-8."


@dataclass(frozen=True, slots=True)
class Purpose:
    """``officer`` is the institution's own id of the person who asks, never a name."""

    officer: str
    case: str
    reason: str = field(repr=False)  # free text: it may name somebody


def purpose_of(headers: Mapping[str, list[str]]) -> Purpose:
    """From the values of each header, by its name as in ``HEADERS``.

    Raises ``PurposeMissing`` or ``PurposeInvalid``, naming the header and never its value.
    """
    for header in HEADERS:
        if not any(value.strip() for value in headers.get(header, [])):
            raise PurposeMissing(header=header)
    case, reason = (_decoded(header, headers[header]) for header in (CASE, REASON))
    return Purpose(officer_of(headers[OFFICER]), checked_case(case), checked_reason(reason))


def officer_of(values: list[str]) -> str:
    """From the values of ``Intertrata-Officer`` alone, in its one form (``same_form``).

    Raises ``PurposeMissing`` or ``PurposeInvalid``.
    """
    if not any(value.strip() for value in values):
        raise PurposeMissing(header=OFFICER)
    officer = _decoded(OFFICER, values)
    if not OFFICER_FORM.fullmatch(officer):
        raise _invalid(OFFICER)
    return same_form(officer)


def same_form(officer: str) -> str:
    """Of an officer's id, in whichever case, width or blanks it is written: one person is one officer to
    rules and limits."""
    return " ".join(unicodedata.normalize("NFKC", officer).split()).casefold()


def named_officer(values: list[str]) -> str | None:
    """The officer that the header names, where it names one: for counting, not for believing."""
    said = values[0].strip() if len(values) == 1 else ""
    return same_form(said) if OFFICER_FORM.fullmatch(said) else None


def checked_case(text: str) -> str:
    """The number of the file that the request belongs to, trimmed. Raises ``PurposeInvalid``."""
    return _within(CASE, text, CASE_CHARACTERS)


def checked_reason(text: str) -> str:
    """Words, trimmed: at least one letter, else nobody could judge it later. Raises ``PurposeInvalid``."""
    reason = _within(REASON, text, REASON_CHARACTERS)
    if not any(map(str.isalpha, reason)):
        raise _invalid(REASON)
    return reason


def purpose_headers(purpose: Purpose) -> dict[str, str]:
    """As a client sends them."""
    said = zip(HEADERS, (purpose.officer, purpose.case, purpose.reason), strict=True)
    return {header: quote(text, safe=" /:@,;.()'!?*+=&#-_~") for header, text in said}


_RULES: Final[Mapping[str, tuple[str, str]]] = {
    OFFICER: (
        "de 3 a 64 letras sin tilde, cifras o . _ @ / -, empezando por letra o cifra",
        "3 to 64 plain letters, digits or . _ @ / -, beginning with a letter or digit",
    ),
    CASE: (
        "de {} a {} caracteres visibles".format(*CASE_CHARACTERS),
        "{} to {} printable characters".format(*CASE_CHARACTERS),
    ),
    REASON: (
        "de {} a {} caracteres visibles, con palabras".format(*REASON_CHARACTERS),
        "{} to {} printable characters, with words".format(*REASON_CHARACTERS),
    ),
}


def _decoded(header: str, values: list[str]) -> str:
    sent = values[0].strip()
    if len(values) > 1 or len(sent) > _SENT_CHARACTERS or not _SENT.fullmatch(sent):
        raise _invalid(header)
    try:
        text = unquote_to_bytes(sent).decode("utf-8")
    except UnicodeDecodeError:
        raise _invalid(header) from None
    return text.strip()


def _within(header: str, text: str, bounds: tuple[int, int]) -> str:
    text = unicodedata.normalize("NFC", text.strip())
    if not bounds[0] <= len(text) <= bounds[1] or not text.isprintable():
        raise _invalid(header)
    return text


def _invalid(header: str) -> PurposeInvalid:
    es, en = _RULES[header]
    return PurposeInvalid(header=header, rule_es=es, rule_en=en)
