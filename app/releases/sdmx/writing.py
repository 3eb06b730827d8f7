"""Data sets as bytes: by pysdmx's writers, and by ours for SDMX-JSON. Pure: the same data, the same bytes.

pandas, which pysdmx writes from, is imported when it is first needed: it would double the time to start.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from lxml import etree
from pysdmx.io.format import Format
from pysdmx.model import Agency, RepresentationMap, Schema
from pysdmx.model.dataset import ActionType
from pysdmx.model.message import Header

from app.releases.sdmx.bilingual import LANGUAGES, apart_in_json, apart_in_xml, one
from app.releases.sdmx.codes import AGENCY
from app.releases.sdmx.grouping import grouped
from app.releases.sdmx.json_data import Head, Shape, Told, data_message
from app.releases.sdmx.labelling import Labels, labelled
from app.releases.sdmx.negotiation import STRUCTURE, Chosen
from app.releases.sdmx.refusals import SdmxNotAcceptable
from app.releases.sdmx.selecting import DataSet
from app.releases.sdmx.structures import Structures
from schemas.releases import Edition

if TYPE_CHECKING:
    from pysdmx.io.pd import PandasDataset

UNIT: Final = "UNIT_MEASURE"
_MESSAGE: Final = "{*}DataSet"
_STRUCTURE: Final = "{*}Header/{*}Structure"
_SPECIFIC_21: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/structurespecific"
_SPECIFIC_30: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0/data/structurespecific"
_FROM_TO: Final = ("validFromDate", "validToDate")


@cache
def spoken(edition: Edition, language: str) -> Structures:
    return Structures(edition, one(language))


def write_data(edition: Edition, told: Sequence[Told], chosen: Chosen, head: Head) -> bytes:
    """``told`` is not empty."""
    if chosen.format is Format.DATA_SDMX_JSON_2_0_0:
        return data_message({each: spoken(edition, each) for each in LANGUAGES}, told, head)
    structures = spoken(edition, chosen.language)
    if "+csv" in chosen.format.value:
        return _csv(told, structures, chosen)
    messages = []
    for place, each in enumerate(told, 1):
        schema = structures.schema(each.shape.flow)
        for held in each.sets:
            message = _xml(_frame(schema, held, each.shape), chosen.format, each.shape, head, place)
            messages.append(_dated(message, held, chosen.format))
    return _joined(messages)


def write_structures(artefacts: Sequence[Any], chosen: Chosen, head: Head) -> bytes:
    """Raises ``SdmxNotAcceptable`` where there is nothing that the format has a form for."""
    if chosen.format is Format.STRUCTURE_SDMX_ML_2_1:  # which has maps of structures alone
        artefacts = [each for each in artefacts if not isinstance(each, RepresentationMap)]
        if not artefacts:
            others = (each for each in STRUCTURE if each is not chosen.format)
            raise SdmxNotAcceptable(offered=", ".join(each.value for each in others))
    options: dict[str, Any] = {} if "json" in chosen.format.value else {"prettyprint": False}
    written = _written(list(artefacts), chosen.format, header=_header(head), **options)
    if "json" in chosen.format.value:
        return apart_in_json(written, chosen.language)
    return apart_in_xml(written)


def _written(held: list[Any], form: Format, **options: Any) -> str:
    from pysdmx.io import write_sdmx

    written = write_sdmx(held, form, **options)
    assert written is not None  # no path was given
    return written


def _header(head: Head) -> Header:
    return Header(id=head.id, prepared=head.prepared, sender=Agency(id=AGENCY))


def _frame(schema: Schema, held: DataSet, shape: Shape) -> "PandasDataset":
    """What was deleted is told by its key alone."""
    import pandas as pd
    from pysdmx.io.pd import PandasDataset

    gone = held.action is ActionType.Delete
    attributes = () if gone else shape.attributes
    dimensions = [each.id for each in schema.components.dimensions]
    columns = [*dimensions, *(each for each in attributes if each != UNIT)]
    told = {each: [row[each] for row in held.rows] for each in columns}
    values = [row["OBS_VALUE"] or None if shape.measures else None for row in held.rows]
    units = {UNIT: held.rows[0][UNIT]} if UNIT in attributes else {}
    frame = pd.DataFrame({**told, "OBS_VALUE": values})
    return PandasDataset(structure=schema, attributes=units, data=frame, action=held.action)


def _csv(told: Sequence[Told], structures: Structures, chosen: Chosen) -> bytes:
    """A column for every component of any flow; it is empty in the lines of flows that have none such."""
    frames = [
        _frame(structures.schema(each.shape.flow), held, each.shape) for each in told for held in each.sets
    ]
    written = _written(frames, chosen.format)
    if chosen.labels != "id":
        labels = Labels(structures, [each.shape.flow for each in told])
        written = labelled(written, labels, chosen.labels)
    return written.encode()


def _xml(held: "PandasDataset", form: Format, shape: Shape, head: Head, place: int) -> etree._Element:
    """``place`` of the flow: each has a prefix of its own."""
    written = _written([held], form, prettyprint=False, header=_header(head))
    written = written.replace("xmlns:ns1=", f"xmlns:ns{place}=").replace('"ns1:', f'"ns{place}:')
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
    """One message with the structures and data sets of all; pysdmx writes one for each flow."""
    first = messages[0]
    spaces = {prefix: uri for each in messages for prefix, uri in each.nsmap.items()}
    root = etree.Element(first.tag, dict(first.attrib), nsmap=spaces)
    root.extend([each for each in first if etree.QName(each).localname != "DataSet"])
    known = {each.get("structureID") for each in root.iterfind(_STRUCTURE)}
    header = root.find("{*}Header")
    for message in messages:
        for structure in message.findall(_STRUCTURE):
            if header is not None and structure.get("structureID") not in known:
                header.insert(list(header).index(root.findall(_STRUCTURE)[-1]) + 1, structure)
                known.add(structure.get("structureID"))
        root.extend(message.findall(_MESSAGE))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
