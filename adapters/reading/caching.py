"""A cache for pure functions of one text that a huge text cannot fill."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

T = TypeVar("T")

LONGEST_CACHED = 120  # characters; longer texts are read anew each time


def cached_short(size: int) -> Callable[[Callable[[str], T]], Callable[[str], T]]:
    """Keep the last ``size`` answers about short texts."""

    def decorate(function: Callable[[str], T]) -> Callable[[str], T]:
        cached = lru_cache(maxsize=size)(function)

        @wraps(function)
        def call(text: str) -> T:
            return cached(text) if len(text) <= LONGEST_CACHED else function(text)

        return call

    return decorate
