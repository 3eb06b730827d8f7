"""An answer of the statistics as SDMX-CSV 2.0, under the ids that the releases' flows use. Pure.

A row for each cell and measure; ``INDICATOR`` is a dimension, so that measures of several units stand in one
column. What has no date is ``_U`` in ``TIME_PERIOD``, the one value there that is no period of SDMX: a
question with both bounds has none. A period that bounds cut has ``OBS_STATUS`` D, whether it has ended or
not: the figure is not that of the period, and will not be. Totals are no rows, as in the other tables. The
structure is the question's own and is not served.

Source: SDMX 3.0, section 5 (SDMX-CSV 2.0 field guide).
"""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from app.releases.sdmx.codes import AGENCY, VERSION, code_id, component_id, conf_status
from app.releases.sdmx.periods import period_of
from schemas.query import Answer, Grain
from schemas.releases import CellStatus, Edition

STRUCTURE: Final = ("dataflow", f"{AGENCY}:DF_QUESTION({VERSION})")
_ACTION: Final = "I"  # information
_UNDATED: Final = "_U"
_FREQUENCY: Final = {
    Grain.MONTH: "M",
    Grain.BIMESTER: "M2",
    Grain.QUARTER: "Q",
    Grain.SEMESTER: "S",
    Grain.YEAR: "A",
}
_ATTRIBUTES: Final = ("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "DATE_BASIS")
_NORMAL, _PROVISIONAL, _DIFFERS = "A", "P", "D"
"""CL_OBS_STATUS: normal; provisional, of a period that has not ended; definition differs, of a cut one."""


def as_sdmx_csv(answer: Answer) -> bytes:
    """UTF-8, lines end as in the releases' SDMX-CSV."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_header(answer))
    writer.writerows(_lines(answer))
    return written.getvalue().encode()


def _header(answer: Answer) -> tuple[str, ...]:
    dated = "period" in answer.query.dimensions
    dimensions = [component_id(each) for each in answer.query.dimensions if each != "period"]
    return (
        *("STRUCTURE", "STRUCTURE_ID", "ACTION"),
        *(["FREQ"] if dated else ()),
        "INDICATOR",
        *dimensions,
        *(["TIME_PERIOD"] if dated else ()),
        "OBS_VALUE",
        *_ATTRIBUTES,
    )


def _lines(answer: Answer) -> Iterator[tuple[str | int, ...]]:
    told = (
        [((), answer.totals)] if not answer.query.dimensions else [(r.codes, r.values) for r in answer.rows]
    )
    confidence = conf_status(Edition.RESTRICTED, CellStatus.VALUE)
    for codes, values in told:
        by = dict(zip(answer.query.dimensions, codes, strict=True))
        period = by.pop("period", None)
        key = [code_id(dimension, code) for dimension, code in by.items()]
        status = _status(answer, period)
        for measure, value in zip(answer.measures, values, strict=True):
            yield (
                *(*STRUCTURE, _ACTION),
                *([] if period is None else [_FREQUENCY[answer.query.grain]]),
                measure.id,
                *key,
                *([] if period is None else [_time(period)]),
                value,
                *(status, confidence, measure.unit.upper(), measure.date_basis.upper()),
            )


def _status(answer: Answer, period: str | None) -> str:
    if period in answer.partial:
        return _DIFFERS
    runs = bool(answer.unfinished) if period is None else period in answer.unfinished
    return _PROVISIONAL if runs else _NORMAL


def _time(period: str) -> str:
    """A month is ``2026-09``; the others are as in a release."""
    if period == "undated":
        return _UNDATED
    year, letter, month = period.partition("-M")
    return f"{year}-{month}" if letter else period_of(period).time
