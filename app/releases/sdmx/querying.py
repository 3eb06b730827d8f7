"""The query string of a data or availability request, parameter by parameter. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.releases.sdmx import asking
from app.releases.sdmx.asking import TIME, Asked, Codes, Test
from app.releases.sdmx.json_data import ALL
from app.releases.sdmx.refusals import SdmxNotImplemented, SdmxSyntax
from app.releases.sdmx.structures import ATTRIBUTES

Pairs = Sequence[tuple[str, str]]

_COMMON: Final = ("startPeriod", "endPeriod", "updatedAfter", "asOf", "includeHistory")
_SHAPE: Final = ("firstNObservations", "lastNObservations", "dimensionAtObservation")
_PAGE: Final = ("offset", "limit", "sort")
DATA_30: Final = (*_COMMON, *_SHAPE, *_PAGE, "attributes", "measures")
DATA_21: Final = (*_COMMON, *_SHAPE, *_PAGE, "detail")
SCHEMA_30: Final = ("dimensionAtObservation", "deletion", "asOf")
SCHEMA_21: Final = ("dimensionAtObservation", "explicitMeasure", "explicit")
AVAILABILITY: Final = (*_COMMON[:4], "references", "mode")
STRUCTURE: Final = ("detail", "references")
_NOT_OFFERED: Final = frozenset({"reportingYearStartDay"})
_OF_DATASET: Final = ("UNIT_MEASURE",)
_OF_OBSERVATION: Final = tuple(each for each in ATTRIBUTES if each not in _OF_DATASET)
_GROUPS: Final = {
    "dsd": ATTRIBUTES,
    "all": ATTRIBUTES,
    "none": (),
    "msd": (),
    "dataset": _OF_DATASET,
    "series": (),
    "obs": _OF_OBSERVATION,
}
_DETAILS: Final = {  # of 2.1: attributes, measures, keys only
    "full": (None, True, False),
    "dataonly": ((), True, False),
    "nodata": (None, False, False),
    "serieskeysonly": ((), False, True),
}
MOST_OBSERVATIONS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Query:
    """``pairs`` as they came; each name once."""

    pairs: Pairs

    def get(self, name: str) -> str | None:
        return next((value for key, value in self.pairs if key == name), None)


def query_of(pairs: Pairs, known: Sequence[str], *, components: bool) -> Query:
    """Raises ``SdmxSyntax`` and ``SdmxNotImplemented``: nothing that was asked is passed over in silence.

    A plus that nobody encoded has become a blank: no code holds one, so it is a plus again."""
    names = [name for name, _ in pairs]
    for name in names:
        if name in _NOT_OFFERED:
            raise SdmxNotImplemented(field=name)
        if name not in known and not (components and name.startswith("c[")):
            raise SdmxSyntax(field="query", expected=", ".join([*known, *(["c[...]"] if components else [])]))
        if names.count(name) > 1:
            raise SdmxSyntax(field="query", expected="each parameter once")
    return Query([(name, _plus(value) if _joins(name) else value) for name, value in pairs])


def _joins(name: str) -> bool:
    return name == "sort" or name.startswith("c[")


def _plus(value: str) -> str:
    return value.replace(" ", "+")


def conditions_of(
    query: Query, key: str, codes: Codes, *, old: bool, without: str | None = None
) -> list[Test]:
    """What has to hold of an observation. Raises ``SdmxSyntax``, ``SdmxUnknownCode``."""
    keyed = asking.key_test(key, codes, old=old, without=without)
    tests = list(asking.filters(query.pairs, codes, ("OBS_VALUE", *ATTRIBUTES), without))
    tests += asking.between(query.get("startPeriod"), query.get("endPeriod"))
    return tests if keyed is None else [keyed, *tests]


def asked_of(query: Query, key: str, codes: Codes, *, old: bool) -> Asked:
    """Raises ``SdmxSyntax``, ``SdmxUnknownCode``, ``SdmxContradiction``."""
    at = _chosen(query, "dimensionAtObservation", (TIME, ALL, *codes)) or TIME
    attributes, measures, keys_only = _detail(query) if old else _parts(query, at)
    return Asked(
        tests=tuple(conditions_of(query, key, codes, old=old)),
        times=asking.times(
            query.get("updatedAfter"), query.get("asOf"), history=_yes(query, "includeHistory")
        ),
        first=_count(query, "firstNObservations"),
        last=_count(query, "lastNObservations"),
        at=at,
        attributes=attributes,
        measures=measures,
        keys_only=keys_only,
        sort=_sort(query, (*codes, TIME), at),
        offset=_count(query, "offset", least=0) or 0,
        limit=_count(query, "limit"),
    )


def _parts(query: Query, at: str) -> tuple[tuple[str, ...] | None, bool, bool]:
    """Neither attributes nor measures: keys of series alone, where there are series."""
    attributes, measures = _attributes(query), _measures(query)
    return attributes, measures, attributes == () and not measures and at != ALL


def _sort(query: Query, dimensions: Sequence[str], at: str) -> tuple[tuple[str, bool], ...]:
    """``*`` is every dimension, ``series_key`` those that are not at the observation."""
    given = query.get("sort")
    if given is None:
        return ()
    series = dimensions if at == ALL else tuple(each for each in dimensions if each != at)
    groups = {"*": dimensions, "series_key": series}
    known = (*groups, *dimensions, "OBS_VALUE", *ATTRIBUTES)
    found: list[tuple[str, bool]] = []
    for part in given.split("+"):
        name, _, way = part.partition(":")
        if name not in known or way not in {"", "asc", "desc"}:
            raise SdmxSyntax(field="sort", expected=", ".join(known))
        found += [(each, way == "desc") for each in groups.get(name, (name,))]
    return tuple(found)


def schema_of(query: Query, dimensions: Sequence[str]) -> None:
    """Structures say the same however data are packaged, and have not changed. Raises ``SdmxSyntax``."""
    _chosen(query, "dimensionAtObservation", (TIME, ALL, *dimensions))
    asking.moment("asOf", query.get("asOf"))
    for name in ("deletion", "explicit", "explicitMeasure"):
        _yes(query, name)


def _detail(query: Query) -> tuple[tuple[str, ...] | None, bool, bool]:
    return _DETAILS[_chosen(query, "detail", tuple(_DETAILS)) or "full"]


def _attributes(query: Query) -> tuple[str, ...] | None:
    given = query.get("attributes")
    if given is None:
        return None
    asked: set[str] = set()
    for each in given.split(","):
        if each not in _GROUPS and each not in ATTRIBUTES:
            raise SdmxSyntax(field="attributes", expected=", ".join([*_GROUPS, *ATTRIBUTES]))
        asked.update(_GROUPS.get(each, (each,)))
    return tuple(each for each in ATTRIBUTES if each in asked)


def _measures(query: Query) -> bool:
    return _chosen(query, "measures", ("all", "none", "OBS_VALUE")) != "none"


def _yes(query: Query, name: str) -> bool:
    return _chosen(query, name, ("true", "false", "True", "False")) in {"true", "True"}


def _chosen(query: Query, name: str, known: Sequence[str]) -> str | None:
    given = query.get(name)
    if given is not None and given not in known:
        raise SdmxSyntax(field=name, expected=", ".join(known))
    return given


def _count(query: Query, name: str, *, least: int = 1) -> int | None:
    given = query.get(name)
    if given is None:
        return None
    if re.fullmatch(r"\d{1,6}", given, re.ASCII) is None or int(given) < least:
        raise SdmxSyntax(field=name, expected=f"{least}..{MOST_OBSERVATIONS - 1}")
    return int(given)
