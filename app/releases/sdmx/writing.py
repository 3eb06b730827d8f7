"""Data sets as bytes: by pysdmx's writers, and by ours for SDMX-JSON. Pure: the same data, the same bytes."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

import pandas as pd
from lxml import etree
from pysdmx.io import write_sdmx
from pysdmx.io.format import Format
from pysdmx.io.pd import PandasDataset
from pysdmx.model import Agency, Schema
from pysdmx.model.dataset import ActionType
from pysdmx.model.message import Header

from app.releases.sdmx.bilingual import LANGUAGES, apart_in_json, apart_in_xml, one
from app.releases.sdmx.codes import AGENCY
from app.releases.sdmx.grouping import grouped
from app.releases.sdmx.json_data import Head, Shape, data_message
from app.releases.sdmx.labelling import Labels, labelled
from app.releases.sdmx.negotiation import Chosen
from app.releases.sdmx.selecting import DataSet
from app.releases.sdmx.structures import Structures
from schemas.releases import Edition

UNIT: Final = "UNIT_MEASURE"
_MESSAGE: Final = "{*}DataSet"
_SPECIFIC_21: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"
_SPECIFIC_30: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/data/structurespecific"
_FROM_TO: Final = ("validFromDate", "validToDate")


@cache
def spoken(edition: Edition, language: str) -> Structures:
    return Structures(edition, one(language))


def write_data(edition: Edition, sets: Sequence[DataSet], shape: Shape, chosen: Chosen, head: Head) -> bytes:
    """``sets`` is not empty, nor is any of them."""
    if chosen.format is Format.DATA_SDMX_JSON_2_0_0:
        return data_message({each: spoken(edition, each) for each in LANGUAGES}, sets, shape, head)
    structures = spoken(edition, chosen.language)
    schema = structures.schema(shape.flow)
    held = [_frame(schema, each, shape) for each in sets]
    if "+csv" in chosen.format.value:
        return _csv(held, structures, shape.flow, chosen)
    written = [_xml(each, chosen.format, shape, head) for each in held]
    return _joined([_dated(each, told, chosen.format) for each, told in zip(written, sets, strict=True)])


def write_structures(artefacts: Sequence[Any], chosen: Chosen, head: Head) -> bytes:
    options: dict[str, Any] = {} if "json" in chosen.format.value else {"prettyprint": False}
    written = write_sdmx(list(artefacts), chosen.format, header=_header(head), **options)
    assert written is not None  # no path was given
    if "json" in chosen.format.value:
        return apart_in_json(written, chosen.language)
    return apart_in_xml(written)


def _header(head: Head) -> Header:
    return Header(id=head.id, prepared=head.prepared, sender=Agency(id=AGENCY))


def _frame(schema: Schema, held: DataSet, shape: Shape) -> PandasDataset:
    """What was deleted is told by its key alone."""
    gone = held.action is ActionType.Delete
    attributes = () if gone else shape.attributes
    dimensions = [each.id for each in schema.components.dimensions]
    columns = [*dimensions, *(each for each in attributes if each != UNIT)]
    told = {each: [row[each] for row in held.rows] for each in columns}
    values = [row["OBS_VALUE"] or None if shape.measures else None for row in held.rows]
    units = {UNIT: held.rows[0][UNIT]} if UNIT in attributes else {}
    frame = pd.DataFrame({**told, "OBS_VALUE": values})
    return PandasDataset(structure=schema, attributes=units, data=frame, action=held.action)


def _csv(held: Sequence[PandasDataset], structures: Structures, flow: str, chosen: Chosen) -> bytes:
    written = write_sdmx(list(held), chosen.format)
    assert written is not None  # no path was given
    if chosen.labels != "id":
        written = labelled(written, Labels(structures, flow), chosen.labels)
    return written.encode()


def _xml(held: PandasDataset, form: Format, shape: Shape, head: Head) -> etree._Element:
    written = write_sdmx([held], form, prettyprint=False, header=_header(head))
    assert written is not None  # no path was given
    assert isinstance(held.structure, Schema)
    dimensions = [each.id for each in held.structure.components.dimensions]
    return grouped(written, dimensions, shape.at, keys_only=shape.keys_only)


def _dated(root: etree._Element, held: DataSet, form: Format) -> etree._Element:
    """With the time for which a version stood, as ``includeHistory`` tells it."""
    space = {
        Format.DATA_SDMX_ML_3_0: f"{{{_SPECIFIC_30}}}",
        Format.DATA_SDMX_ML_2_1_STR: f"{{{_SPECIFIC_21}}}",
    }
    for element in root.iterfind(_MESSAGE):
        for name, at in zip(_FROM_TO, (held.valid_from, held.valid_to), strict=True):
            if at is not None:
                element.set(space.get(form, "") + name, _moment(at))
    return root


def _joined(messages: Sequence[etree._Element]) -> bytes:
    """One message with the data sets of all; pysdmx writes one for each flow."""
    first, *others = messages
    for other in others:
        for element in other.findall(_MESSAGE):
            first.append(element)
    return etree.tostring(first, xml_declaration=True, encoding="UTF-8")


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
