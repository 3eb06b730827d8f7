"""Where things happen: districts weighted by department, and the offices that answer for them."""

import csv
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from itertools import accumulate
from random import Random

# Share of cases by department of the facts; the rest is spread evenly. A judgement after what the public
# reports say of where complaints come from, not a published figure.
FACTS_WEIGHT = {
    "15": 27.0, "17": 12.0, "08": 8.0, "21": 8.0, "16": 7.0, "20": 6.0, "22": 4.0, "25": 4.0, "04": 4.0,
    "24": 3.0,
}  # fmt: skip
ORIGIN_WEIGHT = {"08": 14.0, "21": 10.0, "16": 12.0, "15": 12.0, "25": 8.0, "22": 7.0, "05": 5.0, "10": 5.0}
OTHER_WEIGHT = 1.8

# Towns that people write in place of the district: (town, district).
TOWNS = (
    ("MAZUKO", "170102"), ("PUERTO MALDONADO", "170101"), ("JUANJUI", "220601"), ("PUCALLPA", "250101"),
    ("QUILLABAMBA", "080901"), ("TINGO MARIA", "100601"), ("LA MERCED", "120301"), ("SECOCHA", "040206"),
    ("CERRO DE PASCO", "190101"), ("HUACHO", "150801"), ("CHIMBOTE", "021801"),
)  # fmt: skip

# Provinces and departments whose fiscal and judicial district has another name: (fiscal, judicial).
_DISTRICT_OF_PROVINCE = {
    "1505": ("Cañete", "Cañete"), "1502": ("Huaura", "Huaura"), "1506": ("Huaura", "Huaura"),
    "1508": ("Huaura", "Huaura"), "1509": ("Huaura", "Huaura"), "1503": ("Huaura", "Huaura"),
    "0218": ("Santa", "Del Santa"), "2006": ("Sullana", "Sullana"), "2007": ("Sullana", "Sullana"),
    "2002": ("Sullana", "Sullana"), "1203": ("Selva Central", "Selva Central"),
    "1206": ("Selva Central", "Selva Central"), "1903": ("Selva Central", "Selva Central"),
}  # fmt: skip
_METROPOLITAN = (
    ("Lima Centro", "Lima"), ("Lima Este", "Lima Este"), ("Lima Norte", "Lima Norte"),
    ("Lima Sur", "Lima Sur"),
    ("Lima Noroeste", "Puente Piedra-Ventanilla"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class District:
    """One district with its names as the feeds write them: upper case, without accents."""

    ubigeo: str
    department: str
    province: str
    district: str
    fiscal_district: str  # name of the reference list
    judicial_district: str  # name of the reference list
    judicial_code: str
    town: str | None


def plain(text: str) -> str:
    """Upper case without accents; ``Ñ`` stays."""
    kept = text.upper().replace("Ñ", "\0")
    folded = unicodedata.normalize("NFD", kept)
    return "".join(mark for mark in folded if unicodedata.category(mark) != "Mn").replace("\0", "Ñ")


def _reference(name: str) -> list[dict[str, str]]:
    text = (resources.files("adapters") / "reference" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _office_districts(ubigeo: str, department: str) -> tuple[str, str]:
    by_province = _DISTRICT_OF_PROVINCE.get(ubigeo[:4])
    if by_province is not None:
        return by_province
    if ubigeo[:2] == "15":
        return _METROPOLITAN[int(ubigeo[4:]) % len(_METROPOLITAN)]
    return department, department


@lru_cache(maxsize=1)
def districts() -> tuple[District, ...]:
    codes = {row["name"]: row["code"] for row in _reference("judicial_districts.csv")}
    towns = {ubigeo: town for town, ubigeo in TOWNS}
    found = []
    for row in _reference("ubigeo_inei.csv"):
        ubigeo = row["ubigeo"]
        fiscal, judicial = _office_districts(ubigeo, row["department"])
        found.append(
            District(
                ubigeo,
                plain(row["department"]),
                plain(row["province"]),
                plain(row["district"]),
                fiscal,
                judicial,
                codes[judicial],
                towns.get(ubigeo),
            )
        )
    return tuple(found)


@lru_cache(maxsize=1)
def by_ubigeo() -> dict[str, District]:
    return {district.ubigeo: district for district in districts()}


def _weights(department_weight: dict[str, float]) -> list[float]:
    """Within a department the capital comes first, then capitals of provinces, then the rest, Zipf-like."""
    ranks: dict[str, int] = {}
    weights: dict[str, float] = {}
    order = sorted(districts(), key=lambda d: (d.ubigeo[2:] != "0101", d.ubigeo[4:] != "01", d.ubigeo))
    for district in order:
        department = district.ubigeo[:2]
        rank = ranks.get(department, 0)
        ranks[department] = rank + 1
        weights[district.ubigeo] = department_weight.get(department, OTHER_WEIGHT) / (rank + 3)
    totals: dict[str, float] = {}
    for ubigeo, weight in weights.items():
        totals[ubigeo[:2]] = totals.get(ubigeo[:2], 0.0) + weight
    share = {dep: department_weight.get(dep, OTHER_WEIGHT) / total for dep, total in totals.items()}
    return [weights[d.ubigeo] * share[d.ubigeo[:2]] for d in districts()]


@lru_cache(maxsize=2)
def _cumulative(kind: str) -> Sequence[float]:
    return tuple(accumulate(_weights(FACTS_WEIGHT if kind == "facts" else ORIGIN_WEIGHT)))


def draw_facts_district(rng: Random) -> District:
    return rng.choices(districts(), cum_weights=_cumulative("facts"))[0]


def draw_origin_district(rng: Random) -> District:
    return rng.choices(districts(), cum_weights=_cumulative("origin"))[0]


def neighbour(rng: Random, district: District) -> District:
    """A district of the same province, perhaps the same."""
    near = _of_province()[district.ubigeo[:4]]
    return near[int(rng.random() * len(near))]


@lru_cache(maxsize=1)
def _of_province() -> dict[str, tuple[District, ...]]:
    groups: dict[str, list[District]] = {}
    for district in districts():
        groups.setdefault(district.ubigeo[:4], []).append(district)
    return {province: tuple(group) for province, group in groups.items()}
