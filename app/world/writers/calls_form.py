"""Línea 1818 as XLSX (one sheet ``LLAMADAS``, written row by row) and as NDJSON."""

from datetime import datetime
from pathlib import Path
from random import Random

import orjson
import xlsxwriter

from app.world import words
from app.world.records import SaidPerson, SaidRecord
from app.world.writers import texts
from schemas.vocabulary import CallCategory, Feed, Role

COLUMNS = (
    "NRO_LLAMADA", "FECHA_HORA", "CATEGORIA", "LLAMADA_ORIGEN", "DELITO", "FINALIDAD", "CAPTACION",
    "DEPARTAMENTO",
    "PROVINCIA", "DISTRITO", "NRO_VICTIMAS", "VICTIMA_NOMBRE", "VICTIMA_EDAD", "VICTIMA_SEXO",
    "VICTIMA_NACIONALIDAD", "DENUNCIADO_NOMBRE", "DENUNCIADO_ALIAS", "DERIVADO_A", "FECHA_DERIVACION",
    "NRO_DENUNCIA_PNP", "RELATO", "TELEFONO_LLAMANTE", "FECHA_ACTUALIZACION",
)  # fmt: skip
Cell = str | int | datetime
_TITLES = ("SR. ", "SRA. ", "DON ")


def _victim_cells(said: SaidPerson | None, rng: Random) -> list[Cell]:
    """Name, age, sex, nationality; an approximate age may stand behind the name."""
    if said is None:
        return ["", "", "", ""]
    name = said.given or ("UNA CHICA" if rng.random() < 0.5 else "")
    age: Cell = said.age_text or ""
    if said.given and said.age_text and said.age_text.startswith("APROX") and rng.random() < 0.3:
        name, age = f"{said.given} {said.age_text} AÑOS", ""
    elif said.age_text and said.age_text.isdigit() and rng.random() < 0.7:
        age = int(said.age_text)
    return [name, age, said.sex_text or "", texts.nationality(said, rng) if said.nationality else ""]


def _accused_cells(said: SaidPerson | None, rng: Random) -> list[Cell]:
    if said is None:
        return ["NN" if rng.random() < 0.2 else "", ""]
    title = _TITLES[int(rng.random() * 3)] if said.given and rng.random() < 0.15 else ""
    return [title + said.given if said.given else "", said.alias or ""]


def cells(record: SaidRecord, rng: Random) -> list[Cell]:
    people = {said.role: said for said in record.people}
    complaint = record.category is CallCategory.COMPLAINT
    place = record.place
    return [
        "" if record.broken == "number" else record.number,
        record.reported,
        record.state,
        texts.citation(record, Feed.LINEA_1818, first_call=True) or "",
        "?????" if record.broken == "offence" else record.offence or "",
        "/".join(words.PURPOSES[purpose] for purpose in record.purposes),
        "/".join(words.RECRUITMENT[means] for means in record.recruitment),
        (place.department_text if place else None) or "",
        (place.province_text if place else None) or "",
        (place.district_text if place else None) or "",
        "" if record.victims_claimed is None else record.victims_claimed,
        *_victim_cells(people.get(Role.VICTIM), rng),
        *(_accused_cells(people.get(Role.SUSPECT), rng) if complaint else ["", ""]),
        record.referred_to or "",
        record.referred or "",
        texts.citation(record, Feed.RETA_PNP) or "",
        record.narrative or "",
        f"9000{int(rng.random() * 100000):05d}" if complaint else "",
        "" if record.broken == "stamp" else record.stamp,
    ]


def _text_of(cell: datetime, seconds: bool) -> str:
    return texts.moment(cell) if seconds else texts.moment(cell)[:-3]


class CallsXlsx:
    suffix = ".xlsx"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._book.set_properties({"created": datetime(2026, 1, 15)})  # noqa: DTZ001 - the same bytes every time
        self._sheet = self._book.add_worksheet("LLAMADAS")
        self._dates = self._book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        self._row = 0
        self._sheet.write_row(0, 0, COLUMNS)

    def write(self, record: SaidRecord) -> None:
        self._row += 1
        as_text = self._rng.random() < 0.25
        for column, cell in enumerate(cells(record, self._rng)):
            if isinstance(cell, datetime):
                if as_text:
                    self._sheet.write_string(self._row, column, _text_of(cell, column == len(COLUMNS) - 1))
                else:
                    self._sheet.write_datetime(self._row, column, cell, self._dates)
            elif isinstance(cell, int):
                self._sheet.write_number(self._row, column, cell)
            elif cell:
                self._sheet.write_string(self._row, column, cell)

    def close(self) -> None:
        self._book.close()


class CallsNdjson:
    """One call per line, the same names in lower case; moments as text."""

    suffix = ".ndjson"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._file = path.open("wb")

    def write(self, record: SaidRecord) -> None:
        document = {
            name.lower(): _text_of(cell, name == COLUMNS[-1]) if isinstance(cell, datetime) else cell or None
            for name, cell in zip(COLUMNS, cells(record, self._rng), strict=True)
        }
        self._file.write(orjson.dumps(document) + b"\n")

    def close(self) -> None:
        self._file.close()
