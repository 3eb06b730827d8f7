"""Clients that others wrote read the figures that were published, over a socket."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pysdmx.errors
import pytest
import sdmx
from pysdmx.api.dc.rest import SdmxConnector
from pysdmx.api.qb import (
    ApiVersion,
    AvailabilityFormat,
    AvailabilityQuery,
    DataContext,
    DataFormat,
    DataQuery,
    RestService,
    StructureFormat,
    StructureQuery,
    StructureReference,
    StructureType,
)
from pysdmx.io import read_sdmx
from sdmx.source import add_source, sources

from app.releases.sdmx.codes import code_id, component_id, flow_id
from app.releases.sdmx.periods import period_of
from app.releases.standard import TABLES, StandardTable
from schemas.releases import CellStatus, Edition
from support.published_releases import STORY, Told, at, table_of
from support.release_server import Served

FLOW = "DF_CASES_DEPARTMENT"
CASES = next(table for table in TABLES if table.id == "cases-department")
PUBLIC = [table for table in TABLES if table.public]
STANDING = [told for told in STORY if told.withdrawn is None and told.replaced_by is None]
Key = tuple[str, ...]


def published(
    table: StandardTable, stories: list[Told] = STANDING, edition: Edition = Edition.PUBLIC
) -> dict[Key, str]:
    """What was published, by key and time; a value that was withheld is an empty text."""
    found = {}
    for told in stories:
        for cell in table_of(table, told, edition).cells:
            period = period_of(cell.codes[0])
            key = [code_id(each, code) for each, code in zip(table.by, cell.codes[1:], strict=True)]
            value = str(cell.value) if cell.status is CellStatus.VALUE else ""
            found[(period.frequency, *key, period.time)] = value
    return found


def number(value: Any) -> str:
    text = "" if value is None else str(value)
    return "" if text in {"nan", "NaN", "None", "<NA>"} else text.removesuffix(".0")


@pytest.fixture(params=["2.1", "3.0.0"])
def reader(request: pytest.FixtureRequest, served: Served) -> Iterator[sdmx.Client]:
    """sdmx1 with INTERTRATA as a source of its own, by either version of the standard."""
    version = request.param
    path = "2.1" if version == "2.1" else "3.0"
    xml = "application/vnd.sdmx.{}+xml;version=3.0.0"
    headers = (
        {}
        if version == "2.1"
        else {
            **{
                kind: {"Accept": xml.format("structure")}
                for kind in ("dataflow", "datastructure", "codelist")
            },
            "data": {"Accept": xml.format("data")},
        }
    )
    info = {
        "id": "INTERTRATA",
        "url": f"{served.address}/sdmx/{path}",
        "name": "INTERTRATA",
        "versions": {version},
        "headers": headers,
    }
    add_source(info, override=True)
    client = sdmx.Client("INTERTRATA")
    client.session.trust_env = False
    yield client
    sources.pop("INTERTRATA")


def test_sdmx1_finds_every_public_flow_and_no_other(reader: sdmx.Client) -> None:
    found = reader.dataflow()
    assert set(found.dataflow) == {flow_id(table, Edition.PUBLIC) for table in PUBLIC}
    name = found.dataflow[FLOW].name
    assert name.localizations["es"] == CASES.name.es
    assert name.localizations["en"] == CASES.name.en


def test_sdmx1_follows_a_flow_to_its_codes(reader: sdmx.Client) -> None:
    found = reader.dataflow(FLOW, params={"references": "all"})
    [definition] = [each for each in found.structure.values() if each.id == "DSD_CASES_DEPARTMENT"]
    assert [each.id for each in definition.dimensions.components] == [
        "FREQ",
        "OFFENCE_FAMILY",
        "REF_AREA",
        "TIME_PERIOD",
    ]
    area = found.codelist["CL_AREA"]
    assert area["15-metropolitana"].name.localizations["es"] == "Lima Metropolitana"
    family = found.codelist["CL_OFFENCE_FAMILY"]["trafficking"]
    assert [each.title for each in family.annotations if each.id == "ICCS"] == ["0204"]


def test_sdmx1_reads_every_figure_of_every_public_flow(reader: sdmx.Client) -> None:
    for table in PUBLIC:
        flow = flow_id(table, Edition.PUBLIC)
        definition = next(
            each
            for id_, each in reader.dataflow(flow, params={"references": "all"}).structure.items()
            if each.id.startswith("DSD_")
        )
        message = reader.data(flow, dsd=definition)
        read = {}
        for data_set in message.data:
            for seen in data_set.obs:
                key = {each.id: str(each.value) for each in seen.key.values.values()}
                order = ("FREQ", *(component_id(each) for each in table.by), "TIME_PERIOD")
                read[tuple(key[each] for each in order)] = number(seen.value)
        assert read == published(table), table.id


def test_sdmx1_narrows_by_key(reader: sdmx.Client) -> None:
    message = reader.data(FLOW, key="A.trafficking._T")
    [seen] = [each for data_set in message.data for each in data_set.obs]
    assert number(seen.value) == published(CASES)[("A", "trafficking", "_T", "2025")]


def rest(served: Served, **formats: Any) -> RestService:
    return RestService(f"{served.address}/sdmx/3.0", ApiVersion.V2_0_0, timeout=30, **formats)


def test_pysdmx_discovers_and_reads(served: Served) -> None:
    connector = SdmxConnector(f"{served.address}/sdmx/3.0", timeout=30)
    flows = connector.dataflows()
    assert [each.id for each in flows] == sorted(flow_id(table, Edition.PUBLIC) for table in PUBLIC)
    flow = next(each for each in flows if each.id == FLOW)
    told = connector.dataflow(flow)
    assert told.obs_count == len(published(CASES))
    assert [each.id for each in told.components.dimensions] == [
        "FREQ",
        "OFFENCE_FAMILY",
        "REF_AREA",
        "TIME_PERIOD",
    ]
    rows = list(connector.data(flow))
    read = {
        (row["FREQ"], row["OFFENCE_FAMILY"], row["REF_AREA"], row["TIME_PERIOD"]): row["OBS_VALUE"]
        for row in rows
    }
    assert read == published(CASES)
    withheld = [row for row in rows if row["OBS_STATUS"] == "Q"]
    assert withheld
    assert {(row["OBS_VALUE"], row["CONF_STATUS"]) for row in withheld} == {("", "C")}
    assert {row["UNIT_MEASURE"] for row in rows} == {"CASES"}


def test_pysdmx_filters_as_it_writes_them(served: Served) -> None:
    connector = SdmxConnector(f"{served.address}/sdmx/3.0", timeout=30)
    flow = f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow=INTERTRATA:{FLOW}(1.0.0)"
    rows = list(
        connector.data(
            flow, "REF_AREA='08' AND OFFENCE_FAMILY IN ('trafficking', 'smuggling') AND FREQ <> 'M2'"
        )
    )
    assert {row["REF_AREA"] for row in rows} == {"08"}
    assert {row["OFFENCE_FAMILY"] for row in rows} == {"trafficking", "smuggling"}
    assert {row["FREQ"] for row in rows} == {"Q", "S", "A"}
    with pytest.raises(pysdmx.errors.NotFound):
        list(connector.data(flow, "OBS_VALUE > 100000"))


WRITTEN: list[tuple[DataFormat, Callable[[Any], int]]] = [
    (form, lambda message: len(message.data[0].data))
    for form in (
        DataFormat.SDMX_CSV_1_0_0,
        DataFormat.SDMX_CSV_2_0_0,
        DataFormat.SDMX_ML_2_1_GEN,
        DataFormat.SDMX_ML_2_1_STR,
        DataFormat.SDMX_ML_3_0,
    )
]


@pytest.mark.parametrize(("form", "size"), WRITTEN)
def test_pysdmx_reads_each_format_and_its_schema_holds(
    served: Served, form: DataFormat, size: Callable[[Any], int]
) -> None:
    query = DataQuery(DataContext.DATAFLOW, "INTERTRATA", FLOW, "1.0.0")
    written = rest(served, data_format=form).data(query)
    assert size(read_sdmx(written.decode(), validate=True)) == len(published(CASES))


@pytest.mark.parametrize(
    "form", [StructureFormat.SDMX_JSON_2_0_0, StructureFormat.SDMX_ML_2_1, StructureFormat.SDMX_ML_3_0]
)
def test_pysdmx_reads_all_structures_in_each_format(served: Served, form: StructureFormat) -> None:
    query = StructureQuery(StructureType.DATAFLOW, "INTERTRATA", FLOW, references=StructureReference.ALL)
    message = read_sdmx(rest(served, structure_format=form).structure(query).decode(), validate=True)
    assert FLOW in {each.id for each in message.get_dataflows()}
    assert {"CL_AREA", "CL_OBS_STATUS"} <= {each.id for each in message.get_codelists()}
    assert message.get_category_schemes()
    assert message.get_categorisations()


@pytest.mark.parametrize(
    "form",
    [AvailabilityFormat.SDMX_JSON_2_0_0, AvailabilityFormat.SDMX_ML_2_1, AvailabilityFormat.SDMX_ML_3_0],
)
def test_pysdmx_asks_what_there_is(served: Served, form: AvailabilityFormat) -> None:
    query = AvailabilityQuery(DataContext.DATAFLOW, "INTERTRATA", FLOW, "1.0.0", "A.smuggling")
    message = read_sdmx(rest(served, avail_format=form).availability(query).decode(), validate=True)
    [found] = message.get_availability_constraints()
    values = {each.id: {value.value for value in each.values} for each in found.cube_region.key_values}
    assert values["FREQ"] == {"A"}
    assert values["TIME_PERIOD"] == {"2025"}
    assert values["OFFENCE_FAMILY"] == {"smuggling"}
    assert (found.series_count, found.obs_count) == (29, 29)


def test_pysdmx_follows_what_changes(served: Served) -> None:
    """A client that asked in June is told of the correction of B1, of what B3 lost, and of B4."""
    query = DataQuery(
        DataContext.DATAFLOW,
        "INTERTRATA",
        FLOW,
        "1.0.0",
        updated_after=datetime(2026, 6, 20, tzinfo=UTC),
    )
    written = rest(served, data_format=DataFormat.SDMX_CSV_2_0_0).data(query).decode()
    releases = {line.rsplit(",", 1)[1] for line in written.splitlines()[1:]}
    assert releases == {"2026-B1.2", "2026-B4.1"}  # B3 came and went since: nobody had it
    later = DataQuery(
        DataContext.DATAFLOW, "INTERTRATA", FLOW, "1.0.0", updated_after=at("2026-08-20T00:00:00")
    )
    lines = rest(served, data_format=DataFormat.SDMX_CSV_2_0_0).data(later).decode().splitlines()
    acts = {(line.split(",")[2], line.split(",")[6]) for line in lines[1:]}
    lost = {("D", period_of(each).time) for each in ("2026-B3", "2026-Q2", "2026-S1")}
    assert acts == lost | {("R", "2026-07-01/P2M")}
