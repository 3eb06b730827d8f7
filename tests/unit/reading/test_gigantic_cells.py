"""No reader is slow over a cell of any size."""

from collections.abc import Callable

import pytest

from adapters.reading.ages import read_age
from adapters.reading.notes import Cell
from adapters.reading.numbers import read_count
from adapters.reading.offences import read_offence
from adapters.reading.persons import read_free_name, read_initials, read_nationality, read_protected_key
from support.reading_kit import cell

HUGE = [
    "9" * 100_000,
    "(" * 50_000,
    " ( " * 30_000,
    "A." * 50_000,
    "APROX " * 20_000,
    "Ñ" * 50_000,
    "\\xd1" * 20_000,
]


@pytest.mark.parametrize("text", HUGE)
@pytest.mark.parametrize(
    "reader",
    [read_age, read_free_name, read_initials, read_protected_key, read_offence, read_nationality, read_count],
)
def test_a_gigantic_cell_is_read_at_once(reader: Callable[[Cell], object], text: str) -> None:
    reader(cell(text))
