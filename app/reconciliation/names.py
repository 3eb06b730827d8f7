"""Names as the feeds write them, brought to forms that compare. Pure text; nothing is guessed about the
person."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from app.reconciliation.nicknames import NICKNAMES

_TITLES = frozenset({"SR", "SRA", "SRTA", "SENOR", "SENORA", "SENORITA", "DON", "DONA", "DR", "DRA", "MENOR"})
_PARTICLES = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "EL", "DA", "DI", "DO", "DOS", "SAN", "SANTA"})
_WIDOW = frozenset({"VDA", "VIUDA"})
# "DE" and one word is a husband's surname, but for surnames that are written so.
_SINGLE_DE = frozenset({"SOUZA", "SOUSA", "PAZ", "OLIVEIRA", "FREITAS", "LIMA", "DIOS", "JESUS", "ANDA"})
_COMPOUND = re.compile(
    r"^(?:DELAS?|DELOS|DEL)(CRUZ|ROSA|TORRE|VEGA|PUENTE|PENA|FUENTE|SANTOS|RIOS|ANGELES|REYES|CASTILLO|AGUILA|"
    r"CARPIO|PINO|VALLE|RIO|SOLAR|POZO|CAMPO|MAR|ROSARIO|CASAS|HEROS)$"
)

_DIMINUTIVE = re.compile(r"^([A-Z]{2,}?)(?:C?IT[OA]S?|UCH[OA]|IC[OA])$")


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Upper case A-Z and single spaces; accents gone, Ñ (also where lost as ¥ or Ð) as N, all else a
    space."""
    text = text.upper().replace("¥", "N").replace("Ð", "N").replace("'", "").replace("’", "")
    plain = unicodedata.normalize("NFKD", text)
    return " ".join(
        "".join(c if "A" <= c <= "Z" else "" if unicodedata.combining(c) else " " for c in plain).split()
    )


def _without_husband(words: list[str]) -> list[str]:
    """Drop a married name: "X VDA DE Y", "X DE Y". "DE LA CRUZ" and the like are surnames of their own."""
    for position, word in enumerate(words):
        if word in _WIDOW:
            return words[:position]
    for position, word in enumerate(words):
        rest = words[position + 1 :]
        if word == "DE" and len(rest) == 1 and rest[0] not in _SINGLE_DE:
            return words[:position]
    return words


def _grouped(words: list[str]) -> list[str]:
    """Join particles to the word they belong to: DE LA CRUZ -> DELACRUZ."""
    out: list[str] = []
    held = ""
    for word in words:
        held += word
        if word not in _PARTICLES:
            out.append(held)
            held = ""
    return [*out, held] if held else out


@lru_cache(maxsize=200_000)
def surname_words(text: str) -> tuple[str, ...]:
    """The surnames in one field: folded, particles joined, the husband's left out."""
    return tuple(_grouped(_without_husband(fold(text).split())))


def surname_core(surname: str) -> str:
    """Without its particles: DELACRUZ -> CRUZ; what a clerk who drops them would write."""
    found = _COMPOUND.match(surname)
    return found.group(1) if found else surname


@dataclass(frozen=True, slots=True)
class Surnames:
    paternal: str | None
    maternal: str | None


def surnames(paternal: str | None, maternal: str | None) -> Surnames:
    """Both surnames in comparable form. Two in the paternal field and none in the maternal are taken as
    both."""
    first = surname_words(paternal) if paternal else ()
    second = surname_words(maternal) if maternal else ()
    if len(first) == 2 and not second:
        return Surnames(first[0], first[1])
    return Surnames("".join(first) or None, "".join(second) or None)


@lru_cache(maxsize=200_000)
def given_words(text: str) -> tuple[str, ...]:
    """Given names in order, folded, titles left out; particles stay with the next word (MARIA DEL PILAR)."""
    return tuple(_grouped([word for word in fold(text).split() if word not in _TITLES]))


@lru_cache(maxsize=100_000)
def name_stems(word: str) -> tuple[str, ...]:
    """What a given name may stand for: itself, the names it is short for, without a diminutive ending."""
    stems = {word, *NICKNAMES.get(word, ())}
    found = _DIMINUTIVE.match(word)
    if found:
        stem = found.group(1)
        stems |= {stem, stem + "A", stem + "O"} if len(stem) > 2 else set()
    return tuple(sorted(stems))


def initials_of(given: tuple[str, ...], paternal: str | None, maternal: str | None) -> tuple[str, ...]:
    """Every reading of a full name as initials that files use, the fullest first; () without a surname.

    Readings vary in the given names told (all, the first) and in particles (DELACRUZ: D or C).
    """
    if not given or not paternal:
        return ()
    heads = dict.fromkeys(("".join(word[0] for word in given), given[0][0]))
    tails = [p + m for p in _letters(paternal) for m in (_letters(maternal) if maternal else ("",))]
    return tuple(dict.fromkeys(head + tail for head in heads for tail in tails))


def _letters(surname: str) -> tuple[str, ...]:
    core = surname_core(surname)
    return (surname[0],) if core == surname else (surname[0], core[0], "DLC" if core == "CRUZ" else core[0])
