"""How clerks spoil what they write: names, documents, dates, numbers. Pure functions of a random source."""

import re
from datetime import date
from functools import lru_cache
from random import Random

from app.world.name_lists import ACCENTED, DIMINUTIVES

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# (what is written, what else is written for it); Quechua and Aymara spellings first.
_SPELLINGS = (
    (r"^HUA", ("GUA", "WA", "UA")), (r"HUA", ("WA", "GUA")), (r"^HUI", ("WI", "GUI")),
    (r"QQ", ("CC", "K", "Q")),
    (r"CC(?=[AOUI])", ("Q", "K", "QQ", "C")), (r"QU(?=[EI])", ("Q", "K")), (r"TT", ("T",)),
    (r"JJ|CJ", ("J",)),
    (r"LL", ("Y", "L")), (r"Y(?=[AEOU])", ("LL", "I")), (r"Z", ("S",)), (r"S(?=[AEO])", ("Z",)),
    (r"C(?=[EI])", ("S", "Z")), (r"V", ("B",)), (r"B", ("V",)), (r"^H", ("",)), (r"H(?=[AEIOU])", ("",)),
    (r"G(?=[EI])", ("J",)), (r"J(?=[EI])", ("G",)), (r"X", ("J", "S")), (r"K", ("C", "QU")),
    (r"TH", ("T",)),
    (r"Y$", ("I",)), (r"I$", ("Y",)), (r"NN", ("N",)), (r"RR", ("R",)), (r"W", ("HU", "GU")),
    (r"J(?=H)", ("Y",)),
    (r"Z$", ("S",)), (r"S$", ("Z",)), (r"PH", ("F",)), (r"Ñ(?=[AO])", ("NI", "N")), (r"EA", ("IA",)),
    (r"O(?=A)", ("U",)),
)  # fmt: skip
_PARTICLE = re.compile(r"^(DE LA|DE LOS|DEL|DE|LA) ")
_CHECK_DIGITS = "65432110987"
_CHECK_LETTERS = "KJIHGFEDCBA"
_DNI_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


@lru_cache(maxsize=20_000)
def spellings(name: str) -> tuple[str, ...]:
    """Every other spelling that one rule of the table makes of the name."""
    found: dict[str, None] = {}
    for pattern, others in _SPELLINGS:
        match = re.search(pattern, name)
        if match is not None:
            for other in others:
                variant = name[: match.start()] + other + name[match.end() :]
                if variant != name and len(variant) > 2:
                    found[variant] = None
    return tuple(found)


def respell(rng: Random, name: str) -> str:
    variants = spellings(name)
    return variants[int(rng.random() * len(variants))] if variants else name


def typo(rng: Random, text: str) -> str:
    """One edit: a letter replaced, dropped, doubled, or two exchanged; the first letter mostly stays."""
    if len(text) < 4:
        return text
    at = 1 + int(rng.random() * (len(text) - 1))
    if text[at] == " ":
        return text
    kind = int(rng.random() * 4)
    if kind == 0:
        return text[:at] + _LETTERS[int(rng.random() * 26)] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2 or at + 1 >= len(text):
        return text[:at] + text[at] + text[at:]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def glue_particle(name: str) -> str:
    """DE LA CRUZ -> DELACRUZ."""
    return name.replace(" ", "") if _PARTICLE.match(name) else name


def accent(name: str) -> str:
    return " ".join(ACCENTED.get(word, word) for word in name.split(" "))


def diminutive(rng: Random, given: str) -> str:
    known = DIMINUTIVES.get(given)
    if known is not None:
        return known[int(rng.random() * len(known))]
    return given[: 3 + int(rng.random() * 2)] if len(given) > 5 else given


def initials_of(parts: tuple[str, ...]) -> str:
    """First letters of every word that is no particle: ("ANA LUZ", "DE LA CRUZ") -> "ALC"."""
    words = [
        word for part in parts for word in part.split() if word not in ("DE", "LA", "LAS", "LOS", "DEL", "Y")
    ]
    return "".join("N" if word[0] == "Ñ" else word[0] for word in words)


def digit_typo(rng: Random, number: str) -> str:
    """One digit replaced by another, or two neighbours exchanged; the same length."""
    places = [at for at, letter in enumerate(number) if letter.isdigit()]
    at = places[int(rng.random() * len(places))]
    if (
        rng.random() < 0.3
        and at + 1 < len(number)
        and number[at + 1].isdigit()
        and number[at] != number[at + 1]
    ):
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    other = str((int(number[at]) + 1 + int(rng.random() * 9)) % 10)
    return number[:at] + other + number[at + 1 :]


def dni_check(number: str, letter: bool) -> str:
    """The check character of a DNI (contract, "Documents"): 10117410 -> "2" or "G"."""
    index = sum(int(digit) * weight for digit, weight in zip(number, _DNI_WEIGHTS, strict=True)) % 11
    return (_CHECK_LETTERS if letter else _CHECK_DIGITS)[index]


def date_typo(rng: Random, day: date) -> date:
    """Day and month exchanged where possible, else another year, month or day nearby."""
    if day.day <= 12 and day.day != day.month and rng.random() < 0.5:
        return date(day.year, day.day, day.month)
    roll = rng.random()
    if roll < 0.4:
        return date(day.year + (1 if rng.random() < 0.5 else -1), day.month, min(day.day, 28))
    if roll < 0.7:
        return date(day.year, day.month % 12 + 1, min(day.day, 28))
    return date(day.year, day.month, day.day % 28 + 1)
