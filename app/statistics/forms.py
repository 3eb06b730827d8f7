"""In which form an answer is written: what ``format`` names, else what ``Accept`` asks for. Pure.

Source: RFC 9110, 12.5.1.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from app.core.errors import IntertrataError


class Form(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    SDMX_CSV = "sdmx-csv"


MEDIA_TYPES: Final = {
    Form.JSON: "application/json",
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PARQUET: "application/vnd.apache.parquet",
    Form.SDMX_CSV: "application/vnd.sdmx.data+csv; version=2.0.0",
}

_SDMX_CSV: Final = "application/vnd.sdmx.data+csv"
_OFFERED: Final = {
    "version": {"2.0", "2.0.0"},
    "labels": {"id"},
    "keys": {"none"},
    "timeformat": {"original"},
}
"""What parameters of SDMX-CSV may say; those of other types change nothing."""


class FormUnavailable(IntertrataError):
    code = "form-unavailable"
    status = 406
    es = (
        "No se responde en ninguna de las formas que pide Accept. Pida una de estas: {allowed}; o use format."
    )
    en = "None of the forms that Accept asks for is served. Ask for one of these: {allowed}; or use format."

    def __init__(self) -> None:
        super().__init__(allowed=", ".join(MEDIA_TYPES.values()))


def chosen(named: Form | None, accept: Sequence[str]) -> Form:
    """``accept``: the values of that header; none accepts anything. The first of the forms that are wanted
    most. Raises FormUnavailable."""
    if named is not None:
        return named
    ranges = [_range(each) for value in accept for each in value.split(",") if each.strip()]
    if not ranges:
        return Form.JSON
    wanted = {form: _quality(media_type, ranges) for form, media_type in MEDIA_TYPES.items()}
    best = max(wanted, key=lambda form: wanted[form])
    if wanted[best] <= 0:
        raise FormUnavailable
    return best


def _range(written: str) -> tuple[str, float]:
    """Media range and quality; what cannot be read, or is another version, is wanted by nobody."""
    media, *parameters = (part.strip().lower() for part in written.split(";"))
    told = {
        name.strip(): value.strip(' "') for name, _, value in (each.partition("=") for each in parameters)
    }
    quality = told.get("q", "1")
    if media == _SDMX_CSV and not all(told[each] in _OFFERED[each] for each in told.keys() & _OFFERED.keys()):
        return media, 0.0
    try:
        return media, min(max(float(quality), 0.0), 1.0)
    except ValueError:
        return media, 0.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Of the most specific range that holds it."""
    media_type = media_type.partition(";")[0]
    for matching in (media_type, media_type.partition("/")[0] + "/*", "*/*"):
        found = [quality for media, quality in ranges if media == matching]
        if found:
            return max(found)
    return 0.0
