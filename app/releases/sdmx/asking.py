"""What a request for data asks, taken apart: key, filters of components, times. Pure.

SDMX REST 2.1 (SDMX 3.0): keys by ``*`` and ``,``, filters ``c[DIM]=ge:A+le:B,C``. REST 1.5 (SDMX 2.1): keys
by empty parts and ``+``.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from app.core.clock import LIMA
from app.releases.sdmx.periods import Span, period_of, span_of
from app.releases.sdmx.refusals import SdmxContradiction, SdmxSyntax, SdmxUnknownCode

_OPERATORS: Final = ("eq", "ne", "lt", "le", "gt", "ge", "co", "nc", "sw", "ew")
_COMPONENT: Final = re.compile(r"c\[([A-Za-z][A-Za-z0-9_]{0,60})\]", re.ASCII)
_MOMENT: Final = re.compile(
    r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII
)
TIME: Final = "TIME_PERIOD"
MOST_CODES: Final = 40  # named in a refusal

Row = Mapping[str, str]
Test = Callable[[Row], bool]
Codes = Mapping[str, Sequence[str]]  # of every coded dimension, in the order of the key


@dataclass(frozen=True, slots=True)
class Times:
    updated_after: datetime | None = None
    as_of: datetime | None = None
    history: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """``tests`` have all to hold. ``at``: the dimension at the observation."""

    tests: tuple[Test, ...] = ()
    times: Times = Times()
    first: int | None = None
    last: int | None = None
    at: str = TIME
    attributes: tuple[str, ...] | None = None  # None: all
    measures: bool = True
    keys_only: bool = False
    sort: tuple[tuple[str, bool], ...] = ()  # component, whether descending
    offset: int = 0
    limit: int | None = None


def key_test(key: str, codes: Codes, *, old: bool, without: str | None = None) -> Test | None:
    """None where the key asks for everything; what it says of ``without`` is left out.

    Raises ``SdmxSyntax``, ``SdmxUnknownCode``."""
    if key in {"", "all", "*"}:
        return None
    wanted = [_parts(each, codes, old=old) for each in ([key] if old else key.split(","))]
    if without is not None:
        wanted = [
            [None if dimension == without else part for dimension, part in zip(codes, each, strict=True)]
            for each in wanted
        ]
    return lambda row: any(
        all(chosen is None or row[dimension] in chosen for dimension, chosen in zip(codes, each, strict=True))
        for each in wanted
    )


def _parts(key: str, codes: Codes, *, old: bool) -> list[frozenset[str] | None]:
    parts = key.split(".")
    form = ".".join(codes)
    if len(parts) > len(codes) or (old and len(parts) < len(codes)):
        raise SdmxSyntax(field="key", expected=form)
    parts += [""] * (len(codes) - len(parts))
    return [
        None if part in {"", "*"} else _codes(part.split("+"), dimension, codes)
        for part, dimension in zip(parts, codes, strict=True)
    ]


def _codes(chosen: Sequence[str], dimension: str, codes: Codes) -> frozenset[str]:
    known = codes[dimension]
    if not set(chosen) <= set(known):
        shown = [*known[:MOST_CODES], *(["…"] if len(known) > MOST_CODES else [])]
        raise SdmxUnknownCode(field=dimension, allowed=", ".join(shown))
    return frozenset(chosen)


def filters(
    given: Sequence[tuple[str, str]], codes: Codes, others: Sequence[str], without: str | None = None
) -> tuple[Test, ...]:
    """Of ``c[...]`` in the query, but of ``without``. Raises ``SdmxSyntax``, ``SdmxUnknownCode``."""
    known = (*codes, TIME, *others)
    tests: dict[str, Test] = {}
    for name, value in given:
        found = _COMPONENT.fullmatch(name)
        if found is None:
            continue
        component = found[1]
        if component not in known:
            raise SdmxSyntax(field="c[...]", expected=", ".join(known))
        if component in tests or not value:
            raise SdmxSyntax(field=f"c[{component}]", expected="c[...]=A,B")
        tests[component] = _filter(component, value, codes)
    return tuple(test for component, test in tests.items() if component != without)


def _filter(component: str, value: str, codes: Codes) -> Test:
    """``,`` is or, ``+`` is and; what precedes a colon is the operator."""
    ways = [[_condition(component, each, codes) for each in way.split("+")] for way in value.split(",")]
    return lambda row: any(all(condition(row) for condition in way) for way in ways)


def _condition(component: str, written: str, codes: Codes) -> Test:
    operator, colon, value = written.partition(":")
    if not colon or operator not in _OPERATORS:
        operator, value = "eq", written
    if component == TIME:
        return _time_condition(operator, value)
    if component in codes and operator in {"eq", "ne"}:
        _codes((value,), component, codes)
    if component == "OBS_VALUE":
        return _number_condition(operator, value)
    compare = _TEXTS[operator]
    return lambda row: compare(row[component], value)


_TEXTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "eq": lambda held, asked: held == asked,
    "ne": lambda held, asked: held != asked,
    "lt": lambda held, asked: held < asked,
    "le": lambda held, asked: held <= asked,
    "gt": lambda held, asked: held > asked,
    "ge": lambda held, asked: held >= asked,
    "co": lambda held, asked: asked in held,
    "nc": lambda held, asked: asked not in held,
    "sw": lambda held, asked: held.startswith(asked),
    "ew": lambda held, asked: held.endswith(asked),
}


def _number_condition(operator: str, value: str) -> Test:
    """A suppressed observation has no value and meets no condition on it."""
    if operator not in {"eq", "ne", "lt", "le", "gt", "ge"} or not re.fullmatch(
        r"-?\d{1,15}(\.\d{1,6})?", value
    ):
        raise SdmxSyntax(field="c[OBS_VALUE]", expected="c[OBS_VALUE]=ge:10")
    number = float(value)
    compare: Mapping[str, Callable[[float], bool]] = {
        "eq": lambda held: held == number,
        "ne": lambda held: held != number,
        "lt": lambda held: held < number,
        "le": lambda held: held <= number,
        "gt": lambda held: held > number,
        "ge": lambda held: held >= number,
    }
    meets = compare[operator]
    return lambda row: row["OBS_VALUE"] != "" and meets(float(row["OBS_VALUE"]))


def _time_condition(operator: str, value: str) -> Test:
    asked = period("c[TIME_PERIOD]", value)
    compare: Mapping[str, Callable[[Span], bool]] = {
        "eq": lambda held: held == asked,
        "ne": lambda held: held != asked,
        "lt": lambda held: held.last < asked.first,
        "le": lambda held: held.last <= asked.last,
        "gt": lambda held: held.first > asked.last,
        "ge": lambda held: held.first >= asked.first,
    }
    if operator not in compare:
        raise SdmxSyntax(field="c[TIME_PERIOD]", expected="eq, ne, lt, le, gt, ge")
    meets = compare[operator]
    return lambda row: meets(period_of(row["PERIOD"]).span)


def period(field: str, given: str) -> Span:
    """Raises ``SdmxSyntax``."""
    try:
        return span_of(given)
    except ValueError:
        raise SdmxSyntax(field=field, expected="2026, 2026-Q3, 2026-S2, 2026-09, 2026-09-01/P2M") from None


def between(start: str | None, end: str | None) -> tuple[Test, ...]:
    """Periods that lie wholly from ``startPeriod`` to ``endPeriod``."""
    first = None if start is None else period("startPeriod", start)
    last = None if end is None else period("endPeriod", end)
    if first is not None and last is not None and first.first > last.last:
        raise SdmxContradiction(field="startPeriod", other="endPeriod")
    tests: list[Test] = []
    if first is not None:
        tests.append(_time_condition("ge", start or ""))
    if last is not None:
        tests.append(_time_condition("le", end or ""))
    return tuple(tests)


def moment(field: str, given: str | None) -> datetime | None:
    """An ``xs:dateTime``; without an offset it is of Lima: the standard says the service's own time. Raises
    ``SdmxSyntax``."""
    if given is None:
        return None
    text = given.replace(" ", "+")  # a plus that nobody encoded
    try:
        if _MOMENT.fullmatch(text) is None:
            raise ValueError("not a moment")
        found = datetime.fromisoformat(text)
        found = found if found.tzinfo is not None else found.replace(tzinfo=LIMA)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise SdmxSyntax(field=field, expected="2026-11-15T00:00:00Z") from None


def times(updated_after: str | None, as_of: str | None, *, history: bool) -> Times:
    """Raises ``SdmxSyntax``, ``SdmxContradiction``."""
    after, at = moment("updatedAfter", updated_after), moment("asOf", as_of)
    if after is not None and at is not None and after > at:
        raise SdmxContradiction(field="updatedAfter", other="asOf")
    return Times(after, at, history)
