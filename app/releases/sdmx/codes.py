"""The codes under which SDMX knows our dimensions and their values, and the lists of others they match. Pure.

Where the SDMX guidelines or another public list have a code for the same thing, it is taken; else ours
stands. A code that was changed says ours in an annotation. What matches only nearly is left out.
"""

from collections.abc import Mapping
from typing import Final

from app.releases.standard import TABLES, StandardTable, codes_of
from app.statistics.dimensions import DEPARTMENTS, LIMA_METROPOLITAN, UNKNOWN
from schemas.indicators import Words
from schemas.releases import CellStatus, Edition

AGENCY: Final = "INTERTRATA"
VERSION: Final = "1.0.0"

_COMPONENTS: Final = {"department": "REF_AREA", "age_band": "AGE"}
"""SDMX cross-domain concepts. Other dimensions keep their id in capitals."""

_CODES: Final[Mapping[str, Mapping[str, str]]] = {
    "sex": {"female": "F", "male": "M"},  # CL_SEX 2.1
    "age_band": {  # CL_AGE 1.0
        "0-11": "Y0T11",
        "12-17": "Y12T17",
        "18-29": "Y18T29",
        "30-59": "Y30T59",
        "60+": "Y_GE60",
    },
    "minor": {"yes": "Y", "no": "N"},
}
_UNKNOWN: Final = "_U"

MATCHES: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = {
    "offence_family": {"trafficking": {"ICCS": "0204"}},
    "purpose": {
        "sexual_exploitation": {
            "ICCS": "02041",
            "HTCDS.TypeOfExploitation": "SexualExploitation",
            "CTDC.exploitation": "isSexualExploit",
        },
        "forced_labour": {
            "ICCS": "02042",
            "HTCDS.TypeOfExploitation": "ForcedLabour",
            "CTDC.exploitation": "isForcedLabour",
        },
        "servitude": {"HTCDS.TypeOfExploitation": "Servitude"},
        "slavery": {"CTDC.exploitation": "isSlaveryAndPractices"},
        "begging": {"HTCDS.TypeOfExploitation": "ForcedBegging", "CTDC.typeOfLabour": "Begging"},
        "organ_removal": {
            "ICCS": "02043",
            "HTCDS.TypeOfExploitation": "OrganRemoval",
            "CTDC.exploitation": "isOrganRemoval",
        },
        "domestic_exploitation": {"CTDC.typeOfLabour": "DomesticWork"},
        UNKNOWN: {"CTDC.typeOfLabour": "NotSpecified"},
    },
    "recruitment": {
        "social_media": {"HTCDS.MethodOfRecruitment": "ThroughOnlineSocialNetworks"},
        "threat": {"CTDC.meansOfControl": "Threats"},
        "other": {"HTCDS.MethodOfRecruitment": "Other"},
        UNKNOWN: {"CTDC.meansOfControl": "NotSpecified"},
    },
    "relation": {
        "relative": {"HTCDS.RelationshipToTrafficker": "Familial", "CTDC.recruiterRelation": "Family"},
        "acquaintance": {"HTCDS.RelationshipToTrafficker": "Acquainted"},
        "stranger": {"HTCDS.RelationshipToTrafficker": "Unaquainted"},  # as the list spells it
        "partner": {"CTDC.recruiterRelation": "IntimatePartner"},
        "friend": {"CTDC.recruiterRelation": "Friend"},
        UNKNOWN: {"CTDC.recruiterRelation": "Unknown"},
    },
    "sex": {
        "female": {"HTCDS.Gender": "Feminine", "GLOTIP.Sex": "Female"},
        "male": {"HTCDS.Gender": "Masculine", "GLOTIP.Sex": "Male"},
        UNKNOWN: {"HTCDS.Gender": "NonSpecifiedUnknown", "GLOTIP.Sex": "Unknown"},
    },
    "minor": {
        "yes": {"GLOTIP.Age": "0 to 17 years"},
        "no": {"GLOTIP.Age": "18 years or over"},
        UNKNOWN: {"GLOTIP.Age": "Unknown"},
    },
}
"""The same thing in ``list``: code. ICCS 2015, HTCDS 2.0, CTDC and GLOTIP as the reference data hold them."""

ICCS: Final[Mapping[str, Words]] = {
    "0204": Words(es="Trata de personas", en="Trafficking in persons"),
    "02041": Words(
        es="Trata de personas con fines de explotación sexual",
        en="Trafficking in persons for sexual exploitation",
    ),
    "02042": Words(
        es="Trata de personas con fines de trabajo o servicios forzados",
        en="Trafficking in persons for forced labour or services",
    ),
    "02043": Words(
        es="Trata de personas con fines de extracción de órganos",
        en="Trafficking in persons for organ removal",
    ),
    "02044": Words(es="Trata de personas con otros fines", en="Trafficking in persons for other purposes"),
}
"""UNODC, International Classification of Crime for Statistical Purposes, 1.0 (2015): 0204 and its parts."""

UBIGEO_OF_AREA: Final[Mapping[str, str]] = {
    **{code: code for code in DEPARTMENTS if code.isdigit()},
    LIMA_METROPOLITAN: "1501",
}
"""Areas that are a place of INEI's directory; the rest of Lima, and what is not known, are none."""

OBS_STATUS: Final[Mapping[CellStatus, str]] = {
    CellStatus.VALUE: "A",  # normal value
    CellStatus.SUPPRESSED: "Q",  # missing value; suppressed
    CellStatus.NOT_AVAILABLE: "O",  # missing value, without a reason
}
"""SDMX CL_OBS_STATUS 2.2. M would say that the datum cannot exist, L that nobody collected it."""


def conf_status(edition: Edition, status: CellStatus) -> str:
    """SDMX CL_CONF_STATUS 1.3. In the public edition F (free) or, suppressed, C (confidential): A, D and S
    would tell small counts from what covers them, which a release does not. The restricted edition is N
    throughout: not for publication."""
    if edition is Edition.RESTRICTED:
        return "N"
    return "C" if status is CellStatus.SUPPRESSED else "F"


def component_id(dimension: str) -> str:
    """Of a dimension other than ``period``, which is FREQ and TIME_PERIOD."""
    return _COMPONENTS.get(dimension, dimension.upper())


def code_id(dimension: str, code: str) -> str:
    return _UNKNOWN if code == UNKNOWN else _CODES.get(dimension, {}).get(code, code)


def codes_by_id(dimension: str) -> Mapping[str, str]:
    """Our codes of a dimension by those of SDMX, in order."""
    return {code_id(dimension, code): code for code in codes_of(dimension)}


def _id_of(prefix: str, table: StandardTable) -> str:
    return f"{prefix}_{table.id.upper().replace('-', '_')}"


def flow_id(table: StandardTable, edition: Edition) -> str:
    return _id_of("DF" if edition is Edition.PUBLIC else "DFR", table)


def structure_id(table: StandardTable) -> str:
    return _id_of("DSD", table)


def tables_of(edition: Edition) -> tuple[StandardTable, ...]:
    return TABLES if edition is Edition.RESTRICTED else tuple(table for table in TABLES if table.public)


def dimensions_of(table: StandardTable) -> tuple[str, ...]:
    """Component ids in the order of the key; TIME_PERIOD stands after them."""
    return ("FREQ", *(component_id(each) for each in table.by))
