"""The forms in which texts compare. What is stored stays as received."""

import re
from unicodedata import combining, normalize

from adapters.reading.caching import cached_short

# An Ñ that a feed lost: code page 850 or UTF-8 read as 1252, an escape printed as text, a replacement mark.
_LOST_ENYE = re.compile(r"Ã‘|Ã±|Ã\x91|¥|\\xd1|\\xf1|\N{REPLACEMENT CHARACTER}", re.IGNORECASE)
_TILDE = "\N{COMBINING TILDE}"


@cached_short(65_536)
def fold(text: str) -> str:
    """Upper case, accents off, spaces collapsed; Ñ stays a letter of its own, its lost forms come back."""
    if text.isascii() and "\\" not in text:
        return " ".join(text.upper().split())
    decomposed = normalize("NFD", _LOST_ENYE.sub("Ñ", text).upper())
    kept = [
        letter
        for before, letter in zip(" " + decomposed, decomposed, strict=False)
        if not combining(letter) or (letter == _TILDE and before == "N")
    ]
    return " ".join(normalize("NFC", "".join(kept)).split())


@cached_short(65_536)
def fold_code(text: str) -> str:
    """``fold`` for the words of code lists and places: Ñ is N, and so is a lone ``?`` between letters."""
    folded = fold(text).replace("Ñ", "N").replace("_", " ")
    return " ".join(re.sub(r"(?<=[A-Z])\?(?=[A-Z])", "N", folded).split())
