"""The form of an answer, out of ``format`` and ``Accept``."""

import pytest

from app.statistics.forms import MEDIA_TYPES, Form, FormUnavailable, chosen

XLSX = MEDIA_TYPES[Form.XLSX]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ([], Form.JSON),
        ([""], Form.JSON),
        (["*/*"], Form.JSON),
        (["text/csv"], Form.CSV),
        (["TEXT/CSV; charset=utf-8"], Form.CSV),
        (["text/*"], Form.CSV),
        (["text/html, application/xhtml+xml, */*;q=0.8"], Form.JSON),
        ([f"text/csv;q=0.5, {XLSX}"], Form.XLSX),
        (["application/json;q=0, */*;q=0.1"], Form.CSV),
        (["application/json;q=0.2", "application/vnd.apache.parquet;q=0.3"], Form.PARQUET),
        (["application/*;q=0.9, application/json;q=0.1"], Form.XLSX),
        (["application/vnd.sdmx.data+csv"], Form.SDMX_CSV),
        (["application/vnd.sdmx.data+csv; version=2.0"], Form.SDMX_CSV),
        (["application/vnd.sdmx.data+csv;version=2.0.0;labels=id;q=0.4, text/csv;q=0.3"], Form.SDMX_CSV),
        (["application/vnd.sdmx.data+csv; version=1.0.0, text/csv;q=0.3"], Form.CSV),
    ],
)
def test_the_form_that_is_wanted_most(accept: list[str], form: Form) -> None:
    assert chosen(None, accept) is form


@pytest.mark.parametrize(
    "accept",
    [
        "text/html",
        "*/*;q=0",
        "text/csv;q=0",
        "text/csv;q=high",
        "nonsense",
        "application/vnd.sdmx.data+csv;labels=both",
    ],
)
def test_what_fits_none_is_refused(accept: str) -> None:
    with pytest.raises(FormUnavailable):
        chosen(None, [accept])


def test_the_name_wins_over_the_header() -> None:
    assert chosen(Form.PARQUET, ["text/html"]) is Form.PARQUET
