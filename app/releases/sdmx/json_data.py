"""SDMX-JSON 2.0.0 data messages, for which pysdmx has no writer. Pure.

Source: sdmx-twg/sdmx-json, data message 2.0.0; held to its JSON schema by a test. Values are named by their
place in the lists of the message, so that one list holds what all its data sets use.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from pysdmx.model import Codelist

from app.releases.sdmx.asking import TIME, Row
from app.releases.sdmx.bilingual import LANGUAGES
from app.releases.sdmx.codes import dimensions_of, structure_id
from app.releases.sdmx.periods import period_of
from app.releases.sdmx.selecting import DataSet
from app.releases.sdmx.structures import ATTRIBUTES, Structures, flow_urn, structure_urn

SCHEMA: Final = (
    "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas/2.0.0/"
    "sdmx-json-data-schema.json"
)
ALL: Final = "AllDimensions"
_OF_DATASET: Final = ("UNIT_MEASURE",)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a message is to look. ``attributes`` are those that were asked for."""

    flow: str
    at: str
    attributes: tuple[str, ...]
    measures: bool
    keys_only: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    id: str
    prepared: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Told:
    """One flow of an answer. ``sets`` is not empty, nor is any of them."""

    shape: Shape
    sets: Sequence[DataSet]


def data_message(spoken: Mapping[str, Structures], told: Sequence[Told], head: Head) -> bytes:
    """``spoken`` are the structures in each language."""
    structures: list[dict[str, Any]] = []
    sets: list[dict[str, Any]] = []
    for each in told:
        message = _Message(spoken, each.sets, each.shape, head.language)
        structures.append(message.structure(len(sets)))
        sets += [message.data_set(held, len(structures) - 1) for held in each.sets]
    prepared = head.prepared.isoformat().replace("+00:00", "Z")
    document = {
        "meta": {
            "schema": SCHEMA,
            "id": head.id,
            "test": False,
            "prepared": prepared,
            "contentLanguages": list(LANGUAGES),
            "sender": {"id": "INTERTRATA", "name": "INTERTRATA"},
        },
        "data": {
            "structures": structures,
            "dataSets": sets,
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


class _Message:
    def __init__(
        self, spoken: Mapping[str, Structures], sets: Sequence[DataSet], shape: Shape, language: str
    ) -> None:
        self._spoken, self._language, self._shape, self._sets = spoken, language, shape, sets
        table = spoken[language].tables[shape.flow]
        self._dimensions = (*dimensions_of(table), TIME)
        self._definition = structure_id(table)
        at = self._dimensions if shape.at == ALL else (shape.at,)
        self._series = tuple(each for each in self._dimensions if each not in at)
        self._observed = tuple(each for each in self._dimensions if each in at)
        self._values = {each: self._used(each) for each in (*self._dimensions, *shape.attributes)}
        self._attributes = tuple(
            each for each in ATTRIBUTES if each in shape.attributes and each not in _OF_DATASET
        )
        self._for_all = tuple(each for each in _OF_DATASET if each in shape.attributes)

    def _used(self, component: str) -> dict[str, int]:
        """The place of each value that occurs: coded ones in the order of their list, times in theirs."""
        used = {row[component] for each in self._sets for row in each.rows if row[component]}
        concept = self._codes(component, self._language)
        if component == TIME:
            spans = {row[TIME]: period_of(row["PERIOD"]).span for each in self._sets for row in each.rows}
            ordered = sorted(used, key=lambda time: (spans[time].first, spans[time].last))
        elif concept is None:
            ordered = sorted(used)
        else:
            ordered = [code.id for code in concept if code.id in used]
        return {value: place for place, value in enumerate(ordered)}

    def _codes(self, component: str, language: str) -> Codelist | None:
        return self._spoken[language].concept(component).codes

    def structure(self, first: int) -> dict[str, Any]:
        """``first``: the place of its first data set in the message."""
        attributes = {
            "dataSet": [self._attribute(each, {"dataflow": {}}) for each in self._for_all],
            "observation": [self._attribute(each, {"observation": {}}) for each in self._attributes],
        }
        measures = [self._named("OBS_VALUE")] if self._shape.measures else []
        names = {each: self._spoken[each].flows[self._shape.flow].name for each in LANGUAGES}
        return {
            "links": [
                {"urn": flow_urn(self._shape.flow), "rel": "dataflow"},
                {"urn": structure_urn(self._definition), "rel": "datastructure"},
            ],
            "name": names[self._language],
            "names": names,
            "dataSets": list(range(first, first + len(self._sets))),
            "dimensions": {
                "dataSet": [],
                "series": [self._dimension(each) for each in self._series],
                "observation": [self._dimension(each) for each in self._observed],
            },
            "measures": {"observation": [{**each, "isMandatory": False} for each in measures]},
            "attributes": {name: held for name, held in attributes.items() if held},
        }

    def _named(self, component: str) -> dict[str, Any]:
        names = {each: self._spoken[each].concept(component).name for each in LANGUAGES}
        return {"id": component, "name": names[self._language], "names": names}

    def _dimension(self, component: str) -> dict[str, Any]:
        place = self._dimensions.index(component)
        return {**self._named(component), "keyPosition": place, **self._listed(component)}

    def _attribute(self, component: str, relationship: dict[str, Any]) -> dict[str, Any]:
        return {**self._named(component), "relationship": relationship, **self._listed(component)}

    def _listed(self, component: str) -> dict[str, Any]:
        """Its values; the schema wants no list where there is none."""
        values = [self._value(component, each) for each in self._values[component]]
        return {"values": values} if values else {}

    def _value(self, component: str, value: str) -> dict[str, Any]:
        if component == TIME:
            return {"value": value, **_bounds(self._period(value))}
        lists = {each: self._codes(component, each) for each in LANGUAGES}
        if lists[self._language] is None:
            return {"value": value}
        names = {language: _label(held, value) for language, held in lists.items() if held is not None}
        return {"id": value, "name": names[self._language], "names": names}

    def _period(self, time: str) -> str:
        return next(row["PERIOD"] for each in self._sets for row in each.rows if row[TIME] == time)

    def data_set(self, held: DataSet, structure: int) -> dict[str, Any]:
        links = [{"urn": flow_urn(self._shape.flow), "rel": "dataflow"}]
        told: dict[str, Any] = {"structure": structure, "action": held.action.value, "links": links}
        for name, at in (("validFrom", held.valid_from), ("validTo", held.valid_to)):
            if at is not None:
                told[name] = at.isoformat().replace("+00:00", "Z")
        if self._for_all and held.rows:
            told["attributes"] = [self._values[each][held.rows[0][each]] for each in self._for_all]
        if not self._series:
            return {**told, "observations": self._observations(held.rows)}
        series: dict[str, list[Row]] = {}
        for row in held.rows:
            series.setdefault(self._key(row, self._series), []).append(row)
        return {
            **told,
            "series": {
                key: {} if self._shape.keys_only else {"observations": self._observations(rows)}
                for key, rows in series.items()
            },
        }

    def _observations(self, rows: Iterable[Row]) -> dict[str, Any]:
        return {self._key(row, self._observed): self._observation(row) for row in rows}

    def _key(self, row: Row, components: Sequence[str]) -> str:
        return ":".join(str(self._values[each][row[each]]) for each in components)

    def _observation(self, row: Row) -> list[int | None]:
        """The value, then the places of its attributes."""
        value = int(row["OBS_VALUE"]) if row["OBS_VALUE"] else None
        told = [self._values[each].get(row[each]) for each in self._attributes]
        return [*([value] if self._shape.measures else []), *told]


def _label(held: Codelist, code: str) -> str:
    return next(each.name or each.id for each in held.items if each.id == code)


def _bounds(period: str) -> dict[str, str]:
    span = period_of(period).span
    after = span.last + timedelta(days=1)
    return {"start": f"{span.first.isoformat()}T00:00:00Z", "end": f"{after.isoformat()}T00:00:00Z"}
