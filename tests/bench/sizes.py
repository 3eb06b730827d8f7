"""How much is measured. ``BENCH_SCALE`` shrinks everything alike: 1 is what the figures are quoted at."""

import os
from dataclasses import dataclass
from typing import Self

from schemas.vocabulary import Feed


@dataclass(frozen=True, slots=True)
class Sizes:
    scale: float
    reta_records: int  # of the file of the first figure
    other_records: int  # of the other feeds' files
    mentions: tuple[int, ...]  # held, at each of which reconciliation is measured
    increment: int  # records that arrive on top of what is held
    puts: int  # single records, after a warm-up
    warm_up: int
    overviews: int
    arriving: int  # records that come on top of a cube
    table_requests: int  # of each standard table
    arbitrary: int  # questions, none twice
    year: int  # mentions of which the fullest year is released, bimester by bimester
    feeds: tuple[Feed, ...]  # that are taken in, the first at its full size
    repeats: int  # of everything that takes seconds; medians are quoted

    @classmethod
    def of(cls, scale: float, repeats: int = 3, *, big: bool = False) -> Self:
        """``big``: also at ten times the largest size."""

        def scaled(size: int, least: int) -> int:
            return max(least, round(size * scale))

        largest = scaled(100_000, 400)
        return cls(
            scale=scale,
            reta_records=scaled(100_000, 200),
            other_records=scaled(20_000, 100),
            mentions=tuple(sorted({scaled(10_000, 200), largest, *((10 * largest,) if big else ())})),
            increment=scaled(500, 20),
            puts=scaled(400, 20),
            warm_up=scaled(60, 5),
            overviews=scaled(100, 5),
            arriving=scaled(1000, 20),
            table_requests=scaled(20, 3),
            arbitrary=scaled(120, 5),
            year=scaled(25_000, 400),
            feeds=(Feed.RETA_PNP, Feed.SISTRA, Feed.PODER_JUDICIAL, Feed.LINEA_1818),
            repeats=repeats,
        )

    @classmethod
    def from_environment(cls, *, big: bool = False) -> Self:
        """``BENCH_SCALE`` (default 1) and ``BENCH_REPEATS`` (default 3)."""
        scale = float(os.environ.get("BENCH_SCALE", "1"))
        if not 0 < scale <= 10:
            raise ValueError("BENCH_SCALE must be above 0 and at most 10")
        return cls.of(scale, int(os.environ.get("BENCH_REPEATS", "3")), big=big)
