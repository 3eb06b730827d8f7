"""Open data: the public edition for everybody, in files that say what they are."""

import csv
import io
from typing import Any

import httpx
import pyarrow.parquet as pq
import pytest

from app.releases.standard import TABLES, codes_of
from app.releases.words import words_of
from app.statistics.dimensions import BY_ID
from schemas.open_data import Dictionary
from schemas.releases import CellStatus, Edition
from support.published_releases import STORY, table_of
from support.release_server import Served

PUBLIC = [table for table in TABLES if table.public]
STANDING = [told for told in STORY if told.withdrawn is None and told.replaced_by is None]


def published(table: Any, stories: Any) -> list[tuple[str, ...]]:
    """Release, codes, value and status of every cell, as texts."""
    found = []
    for told in stories:
        for cell in table_of(table, told, Edition.PUBLIC).cells:
            value = "" if cell.value is None else str(cell.value)
            found.append((told.name, *cell.codes, value, cell.status.value))
    return found


def read_csv(answer: httpx.Response, dimensions: tuple[str, ...]) -> list[tuple[str, ...]]:
    columns = ("release", *dimensions, "value", "status")
    return [tuple(row[each] for each in columns) for row in csv.DictReader(io.StringIO(answer.text))]


@pytest.mark.parametrize("table", PUBLIC, ids=lambda table: table.id)
def test_every_public_table_is_there_as_csv_and_parquet(client: httpx.Client, table: Any) -> None:
    expected = published(table, STANDING)
    answer = client.get(f"/v1/open/tables/{table.id}.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert read_csv(answer, table.dimensions) == expected
    units = {line["unit"] for line in csv.DictReader(io.StringIO(answer.text))}
    assert units == {table.definition.unit.value}
    held = pq.read_table(io.BytesIO(client.get(f"/v1/open/tables/{table.id}.parquet").content))
    columns = [held.column(each).to_pylist() for each in ("release", *table.dimensions, "value", "status")]
    lines = [tuple("" if each is None else str(each) for each in line) for line in zip(*columns, strict=True)]
    assert lines == expected
    assert held.schema.metadata[b"unit"] == table.definition.unit.value.encode()


def test_a_withheld_figure_is_empty_and_null_and_never_zero(client: httpx.Client) -> None:
    lines = list(csv.DictReader(io.StringIO(client.get("/v1/open/tables/cases-department.csv").text)))
    withheld = [line["value"] for line in lines if line["status"] == CellStatus.SUPPRESSED]
    assert withheld
    assert set(withheld) == {""}
    assert all(line["value"] for line in lines if line["status"] == CellStatus.VALUE)
    first = lines[0]
    assert (first["period"], first["period_start"], first["period_end"]) == (
        "2025-B6",
        "2025-11-01",
        "2025-12-31",
    )


def test_one_release_stays_citable_though_another_took_its_place(client: httpx.Client) -> None:
    table = next(each for each in PUBLIC if each.id == "cases-department")
    [replaced] = [told for told in STORY if told.name == "2026-B1.1"]
    answer = client.get("/v1/open/releases/2026-B1.1/tables/cases-department.csv")
    assert read_csv(answer, table.dimensions) == published(table, [replaced])


@pytest.mark.parametrize(
    "path",
    [
        "/v1/open/releases/2026-B3.1/tables/cases-department.csv",  # withdrawn
        "/v1/open/releases/2030-B1.1/tables/cases-department.csv",  # never was
        "/v1/open/releases/2026-B1.1/tables/victims-age_band.csv",  # of the restricted edition
        "/v1/open/tables/victims-age_band.parquet",
        "/v1/open/tables/nothing.csv",
    ],
)
def test_what_is_not_public_is_not_found_whatever_the_reason(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    told = {key: value for key, value in answer.json().items() if key != "instance"}
    other = client.get("/v1/open/tables/never-was.csv").json()
    assert told == {key: value for key, value in other.items() if key != "instance"}
    assert "etag" not in answer.headers


@pytest.mark.parametrize(
    "path",
    ["/v1/open", "/v1/open/dictionary", "/v1/open/dictionary.csv", "/v1/open/tables/cases-stage.parquet"],
)
def test_who_holds_a_file_is_not_sent_it_again(client: httpx.Client, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["cross-origin-resource-policy"] == "cross-origin"
    assert first.headers["x-content-type-options"] == "nosniff"
    tag = first.headers["etag"].removeprefix("W/")  # weak where it came compressed
    again = client.get(path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_the_dictionary_knows_every_column_and_every_code(client: httpx.Client) -> None:
    held = Dictionary.model_validate(client.get("/v1/open/dictionary").json(), strict=False)
    assert [each.id for each in held.tables] == [table.id for table in PUBLIC]
    codes = {each.id: {code.code for code in each.codes} for each in held.dimensions}
    shared = {each.id for each in held.columns}
    for table in held.tables:
        lines = list(
            csv.DictReader(
                io.StringIO(client.get(table.csv.partition("/v1")[1] + table.csv.partition("/v1")[2]).text)
            )
        )
        assert set(lines[0]) == shared | set(table.dimensions)
        for dimension in table.dimensions:
            assert {line[dimension] for line in lines} == codes[dimension] == set(codes_of(dimension))
        assert {line["status"] for line in lines} <= {each.code for each in held.statuses}
    written = list(csv.DictReader(io.StringIO(client.get("/v1/open/dictionary.csv").text)))
    told = {(line["of"], line["id"]) for line in written if line["kind"] == "code"}
    assert {(dimension, code) for dimension, held_codes in codes.items() for code in held_codes} <= told
    assert all(line["es"] and line["en"] for line in written)


def test_the_catalogue_has_what_dcat_ap_demands(client: httpx.Client, served: Served) -> None:
    answer = client.get("/v1/open")
    assert answer.headers["content-type"] == "application/ld+json"
    held = answer.json()
    assert held["@type"] == "dcat:Catalog"
    for mandatory in ("dct:title", "dct:description", "dct:publisher", "dct:license", "dct:modified"):
        assert held[mandatory]
    assert held["dct:modified"]["@value"] == "2026-10-15T15:00:00Z"
    assert {each["dcat:endpointURL"]["@id"] for each in held["dcat:service"]} == {
        f"{served.address}/sdmx/3.0",
        f"{served.address}/sdmx/2.1",
    }
    assert [each["dct:identifier"] for each in held["dcat:dataset"]] == [table.id for table in PUBLIC]
    for each in held["dcat:dataset"]:
        assert {said["@language"] for said in each["dct:title"]} == {"es", "en"}
        assert each["dct:temporal"]["dcat:startDate"]["@value"] == "2025-01-01"  # the year 2025 is told
        assert each["dct:temporal"]["dcat:endDate"]["@value"] == "2026-08-31"
        assert each["dcat:version"] == "2026-B4.1"
        for distribution in each["dcat:distribution"]:
            assert distribution["dct:license"]
            assert client.get(distribution["dcat:downloadURL"]["@id"]).status_code == 200
    prefixes = set(held["@context"])
    names = {key.partition(":")[0] for key in keys_of(held) if ":" in key}
    assert names <= prefixes


def keys_of(value: Any) -> set[str]:
    if isinstance(value, list):
        return {key for each in value for key in keys_of(each)}
    if not isinstance(value, dict):
        return set()
    own = {key for key in value if not key.startswith("@")}
    return own | {key for name, each in value.items() if name != "@context" for key in keys_of(each)}


def test_every_code_of_every_dimension_has_words() -> None:
    for dimension in BY_ID:
        if dimension != "period":
            for code in codes_of(dimension):
                words = words_of(dimension, code)
                assert words.es
                assert words.en
