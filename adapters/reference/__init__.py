"""Reference lists, read once from the files beside this module."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class District:
    """A district of INEI's directory; ``code`` has six digits, names are as INEI writes them."""

    code: str
    department: str
    province: str
    name: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8-sig")
    return list(csv.DictReader(text.splitlines()))


@cache
def districts() -> Mapping[str, District]:
    """By six-digit code."""
    return {
        row["ubigeo"]: District(row["ubigeo"], row["department"], row["province"], row["district"])
        for row in _rows("ubigeo_inei.csv")
    }


@cache
def provinces() -> Mapping[str, str]:
    """Name by four-digit code."""
    return {code[:4]: district.province for code, district in districts().items()}


@cache
def departments() -> Mapping[str, str]:
    """Name by INEI's two-digit code."""
    return {row["inei"]: row["name"] for row in _rows("departments.csv")}


@cache
def judicial_districts() -> Mapping[str, str]:
    """Name by the two digits that stand first in the court part of an expediente."""
    return {row["code"]: row["name"] for row in _rows("judicial_districts.csv")}


@cache
def fiscal_districts() -> Mapping[str, str]:
    """Seat (six-digit code) by name."""
    return {row["name"]: row["seat_ubigeo_inei"] for row in _rows("fiscal_districts.csv")}


@cache
def towns() -> Mapping[str, str]:
    """Code (two, four or six digits) of where a town lies, by its name; a spelling is a row."""
    return {row["name"]: row["code"] for row in _rows("towns.csv")}


@cache
def nationalities() -> Mapping[str, str]:
    """ISO 3166-1 alpha-3 by Spanish adjective (both genders) or country name."""
    return {name: row["alpha3"] for row in _rows("nationalities.csv") for name in row["names"].split("|")}
