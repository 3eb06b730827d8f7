"""How often Python looks for cycles among objects. A setting of the process, made by what starts it."""

import gc
from typing import Final

_YOUNG: Final = 50_000  # allocations between two looks at the youngest; Python's own number is 700


def collect_seldom() -> None:
    """For processes that work through chunks of many thousand objects, which live until their chunk is done.

    With Python's own numbers they are looked through again and again: a third of ingestion's time, measured.
    What was loaded until now is left out of the search for good.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 100)
