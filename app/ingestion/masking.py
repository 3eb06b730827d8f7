"""Values as others may see them: the shape of a personal value, never the value."""

import re
from typing import Final

from schemas.translation import Issue

SHOWN_CHARACTERS: Final = 200
_WORD: Final = re.compile(r"[^\W\d_]+")
_DIGIT: Final = re.compile(r"\d")


def shown_value(issue: Issue) -> str | None:
    """The value of an issue as it is kept beside the issue: masked where personal, cut, without NUL."""
    if issue.value is None:
        return None
    value = issue.value[:SHOWN_CHARACTERS].replace("\x00", "\ufffd")
    return mask(value) if issue.personal else value


def mask(value: str) -> str:
    """Words become ``X…`` whatever their length, digits ``9``: "YULI APROX 15" -> "X… X… 99"."""
    return _DIGIT.sub("9", _WORD.sub("X…", value))
