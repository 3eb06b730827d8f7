"""From observations one by one to series, in SDMX-ML. Pure.

pysdmx groups by pandas, at some milliseconds a series; flat messages it writes quickly: these are grouped.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from lxml import etree

from app.releases.sdmx.json_data import ALL

_GENERIC: Final = "{http://www.sdmx.org/resources/sdmxml/schemas/v2_1/data/generic}"


def grouped(written: str, dimensions: Sequence[str], at: str, *, keys_only: bool) -> etree._Element:
    """The message with ``at`` at the observation. ``dimensions`` are all of them."""
    if at == ALL:
        return etree.fromstring(written.encode())
    root = etree.fromstring(written.replace(ALL, at).encode())
    series = [each for each in dimensions if each != at]
    for data_set in root.iterfind("{*}DataSet"):
        if data_set.find(f"{_GENERIC}Obs") is not None:
            _generic(data_set, series, at, keys_only=keys_only)
        else:
            _specific(data_set, series, keys_only=keys_only)
    return root


def _specific(data_set: etree._Element, series: Sequence[str], *, keys_only: bool) -> None:
    made: dict[tuple[str, ...], etree._Element] = {}
    for observation in data_set.findall("Obs"):
        data_set.remove(observation)
        key = tuple(observation.attrib.pop(each) for each in series)
        if key not in made:
            made[key] = etree.SubElement(data_set, "Series", dict(zip(series, key, strict=True)))
        if not keys_only:
            made[key].append(observation)


def _generic(data_set: etree._Element, series: Sequence[str], at: str, *, keys_only: bool) -> None:
    made: dict[tuple[str, ...], etree._Element] = {}
    for observation in data_set.findall(f"{_GENERIC}Obs"):
        data_set.remove(observation)
        [held] = observation.findall(f"{_GENERIC}ObsKey")
        observation.remove(held)
        told = {value.attrib["id"]: value.attrib["value"] for value in held}
        key = tuple(told[each] for each in series)
        if key not in made:
            made[key] = _series(data_set, zip(series, key, strict=True))
        if not keys_only:
            observation.insert(0, etree.Element(f"{_GENERIC}ObsDimension", value=told[at]))
            made[key].append(observation)


def _series(data_set: etree._Element, key: Iterable[tuple[str, str]]) -> etree._Element:
    made = etree.SubElement(data_set, f"{_GENERIC}Series")
    held = etree.SubElement(made, f"{_GENERIC}SeriesKey")
    for component, value in key:
        etree.SubElement(held, f"{_GENERIC}Value", id=component, value=value)
    return made
