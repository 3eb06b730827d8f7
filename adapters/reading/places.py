"""Places of the facts and of origin, and the districts of courts and prosecution."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations as pairs
from itertools import product

from adapters.reading.codes import CodeTable
from adapters.reading.folding import fold_code
from adapters.reading.gazetteer import Level, is_code, meanings, misspelt_meanings, nested
from adapters.reading.notes import Cell
from adapters.reference import fiscal_districts, judicial_districts, nationalities
from schemas.identifiers import parse_ubigeo
from schemas.observations import Place
from schemas.translation import IssueCode

NOWHERE = Place()


@lru_cache(maxsize=4_096)
def place_of(code: str) -> Place:
    """The place of a code of two, four or six digits; nowhere of an empty one."""
    return Place(
        department=code[:2] or None,
        province=code[:4] if len(code) >= 4 else None,
        district=code if len(code) == 6 else None,
    )


# --- UBIGEO -----------------------------------------------------------------------------------------------


def read_ubigeo(cell: Cell) -> str | None:
    """A code of INEI's directory; None where unknown, with a warning where there is no such place."""
    if cell.known is None:
        return None
    ubigeo = parse_ubigeo(cell.text)
    if ubigeo is None or not is_code(ubigeo.code):
        cell.warn(IssueCode.PLACE_UNKNOWN)
        return None
    if len(cell.text) == 5:
        cell.note(IssueCode.UBIGEO_ZERO_RESTORED)
    return ubigeo.code


# --- names ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Resolution:
    """What the three name columns mean together. The sets hold positions of columns (0 = department)."""

    code: str = ""
    moved: frozenset[int] = frozenset()
    respelt: frozenset[int] = frozenset()
    unknown: frozenset[int] = frozenset()
    disagreeing: frozenset[int] = frozenset()


_LEVELS = (Level.DEPARTMENT, Level.PROVINCE, Level.DISTRICT)
_Meanings = Mapping[int, frozenset[str]]  # by position of the column
_Choice = Mapping[int, str]  # one meaning of each column, all in each other


def _choices(options: _Meanings) -> list[_Choice]:
    codes = product(*(sorted(options[at]) for at in options))
    choices = (dict(zip(options, chosen, strict=True)) for chosen in codes)
    return [choice for choice in choices if all(nested(a, b) for a, b in pairs(choice.values(), 2))]


def _agreeing(options: _Meanings) -> list[_Choice]:
    """The choices over as many columns as agree; of equally many, those that leave out the narrowest."""
    for size in range(len(options), 0, -1):
        for kept in pairs(options, size):
            if choices := _choices({at: options[at] for at in kept}):
                return choices
    return []


def _in_place(choice: _Choice) -> int:
    return sum(len(code) == _LEVELS[at] for at, code in choice.items())


def _shared(codes: set[str]) -> str:
    """The narrowest place in which all these lie, or is one of them; "" where they share none."""
    shortest = min(codes, key=len)
    lengths = range(len(shortest), 0, -2)
    return next((shortest[:n] for n in lengths if all(code.startswith(shortest[:n]) for code in codes)), "")


def _options(names: tuple[str, str, str]) -> tuple[dict[int, frozenset[str]], frozenset[int]]:
    exact = {at: meanings(name) for at, name in enumerate(names) if name}
    respelt = {at: misspelt_meanings(names[at]) for at, codes in exact.items() if not codes}
    return exact | respelt, frozenset(at for at, codes in respelt.items() if codes)


@lru_cache(maxsize=65_536)
def resolve_names(names: tuple[str, str, str]) -> Resolution:
    """Folded names of department, province, district ("" = unknown), any misspelt or in another's column.

    A name that fits no other is left out; of several places that fit equally well, what they share stands.
    """
    options, respelt = _options(names)
    known = {at: codes for at, codes in options.items() if codes}
    unknown = options.keys() - known.keys()
    agreeing = _agreeing(known)
    if not agreeing:
        return Resolution(unknown=frozenset(unknown))
    top = max(map(_in_place, agreeing))
    best = [choice for choice in agreeing if _in_place(choice) == top]
    code = _shared({max(choice.values(), key=len) for choice in best})
    lost = {at for at in best[0] if not any(code.startswith(choice[at]) for choice in best)}
    return Resolution(
        code=code,
        moved=frozenset(at for at, meant in best[0].items() if len(meant) != _LEVELS[at]) - lost,
        respelt=respelt - lost,
        unknown=frozenset(unknown | lost),
        disagreeing=frozenset(known.keys() - best[0].keys()),
    )


@dataclass(frozen=True, slots=True)
class PlaceCells:
    """The three name columns of a place."""

    department: Cell
    province: Cell
    district: Cell

    def read(self) -> str:
        """The code the names settle ("" = none); what was lost, moved or respelt is said of each cell."""
        cells = (self.department, self.province, self.district)
        resolution = resolve_names((_name(cells[0]), _name(cells[1]), _name(cells[2])))
        for at, cell in enumerate(cells):
            if at in resolution.unknown:
                cell.warn(IssueCode.PLACE_UNKNOWN)
            elif at in resolution.disagreeing:
                cell.warn(IssueCode.PLACE_DISAGREES)
            elif at in resolution.respelt:
                cell.note(IssueCode.PLACE_RESPELT)
            elif at in resolution.moved:
                cell.note(IssueCode.PLACE_MOVED)
        return resolution.code


def _name(cell: Cell) -> str:
    return fold_code(cell.text) if cell.known is not None else ""


def read_place(ubigeo: Cell, names: PlaceCells | None = None) -> Place:
    """The UBIGEO wins; names stand in where there is none, and disagreement is said."""
    code = read_ubigeo(ubigeo)
    if names is None:
        return place_of(code or "")
    if code is None:
        return place_of(names.read())
    cells = (names.department, names.province, names.district)
    meant = resolve_names((_name(cells[0]), _name(cells[1]), _name(cells[2])))
    if meant.code and not nested(code, meant.code):
        ubigeo.warn(IssueCode.PLACE_DISAGREES)
    return place_of(code if len(code) >= len(meant.code) or not nested(code, meant.code) else meant.code)


def read_named_place(names: PlaceCells) -> Place:
    """The place of a feed that writes names only."""
    return place_of(names.read())


# --- origin of a person -----------------------------------------------------------------------------------


@cache
def _countries() -> frozenset[str]:
    return frozenset(map(fold_code, nationalities()))


def read_origin(cell: Cell) -> str | None:
    """Where a person comes from: a code of six, four or two digits, from a UBIGEO or one name.

    A name of several places means the widest of them (PAUCARTAMBO is a province before it is a district).
    A country is no place of INEI's: None, with a note.
    """
    if cell.known is None:
        return None
    if cell.text.isdigit():
        return read_ubigeo(cell)
    code = _widest(meanings(cell.text))
    if code:
        return code
    if fold_code(cell.text) in _countries():
        cell.note(IssueCode.PLACE_ABROAD)
    else:
        cell.warn(IssueCode.PLACE_UNKNOWN)
    return None


def _widest(codes: frozenset[str]) -> str | None:
    widest = min(map(len, codes), default=0)
    found = [code for code in codes if len(code) == widest]
    return found[0] if len(found) == 1 else None


# --- districts of offices ---------------------------------------------------------------------------------


@cache
def _judicial() -> CodeTable[str]:
    names = {name: name for name in judicial_districts().values()}
    return CodeTable(names | {"SANTA": "Del Santa", "VENTANILLA": "Puente Piedra-Ventanilla"})


@cache
def _fiscal() -> CodeTable[str]:
    names = {name: name for name in fiscal_districts()}
    return CodeTable(names | {"DEL SANTA": "Santa", "LIMA": "Lima Centro"})


_DASH = re.compile(" *[-–—] *")


def _read_district(cell: Cell, table: CodeTable[str]) -> str | None:
    name = table.get(_DASH.sub("-", cell.text))
    if name is None and cell.known is not None:
        cell.warn(IssueCode.PLACE_UNKNOWN)
    return name


def read_judicial_district(cell: Cell) -> str | None:
    """The district's name in the reference list of the Poder Judicial; None where unknown."""
    return _read_district(cell, _judicial())


def read_fiscal_district(cell: Cell) -> str | None:
    """The district's name in the reference list of the Ministerio Público; None where unknown."""
    return _read_district(cell, _fiscal())
