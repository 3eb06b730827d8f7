"""RETA-PNP as CSV (Windows-1252, ``;``, CRLF) and as NDJSON."""

import csv
import io
from pathlib import Path
from random import Random
from typing import Any

import orjson

from app.world import words
from app.world.records import SaidPerson, SaidRecord
from app.world.writers import texts
from schemas.vocabulary import Feed

RECORD_COLUMNS = (
    "NRO_DENUNCIA", "FECHA_DENUNCIA", "FECHA_HECHO", "UNIDAD_PNP", "DELITO", "UBIGEO_HECHO", "DEPARTAMENTO",
    "PROVINCIA", "DISTRITO", "FINALIDAD", "MEDIO_CAPTACION", "LUGAR_EXPLOTACION", "NRO_LINEA_1818",
    "NRO_CARPETA_FISCAL", "ESTADO", "FECHA_ACTUALIZACION",
)  # fmt: skip
PERSON_COLUMNS = (
    "NRO_ORDEN", "SITUACION", "APELLIDO_PATERNO", "APELLIDO_MATERNO", "NOMBRES", "ALIAS", "TIPO_DOC",
    "NRO_DOC",
    "SEXO", "FECHA_NACIMIENTO", "EDAD", "NACIONALIDAD", "PROCEDENCIA", "RELACION", "RESCATADA",
)  # fmt: skip
_NOBODY = ("",) * len(PERSON_COLUMNS)
_HELD_BACK = 0.01  # share of rows that are written far from the others of their record
_DISAGREEING = 0.003  # share of further rows whose record's columns disagree with the first
_EXPLOITATION_PLACE = RECORD_COLUMNS.index("LUGAR_EXPLOTACION")
_SHOUTED = 0.01  # share of rows whose number is in lower case with a space behind


def record_cells(record: SaidRecord, rng: Random) -> list[str]:
    place = record.place
    facts = "31/02/2024" if record.facts_unreadable else texts.day(record.facts_date)
    ubigeo = place.ubigeo if place and place.ubigeo else ""
    if ubigeo.startswith("0") and rng.random() < 0.2:
        ubigeo = ubigeo[1:]
    return [
        "" if record.broken == "number" else record.number,
        texts.day(record.reported.date()),
        facts or texts.unknown(rng),
        record.office or "",
        "?????" if record.broken == "offence" else record.offence or "",
        ubigeo,
        (place.department_text if place else None) or "",
        (place.province_text if place else None) or "",
        (place.district_text if place else None) or "",
        "/".join(words.PURPOSES[purpose] for purpose in record.purposes),
        "/".join(words.RECRUITMENT[means] for means in record.recruitment),
        words.EXPLOITATION_PLACES[record.exploitation_place]
        if record.exploitation_place
        else texts.unknown(rng),
        texts.citation(record, Feed.LINEA_1818) or "",
        texts.citation(record, Feed.SISTRA) or "",
        record.state,
        "" if record.broken == "stamp" else texts.moment(record.stamp),
    ]


def person_cells(said: SaidPerson, rng: Random) -> list[str]:
    nameless = "NN" if said.unidentified else ""
    origin = said.origin.ubigeo if said.origin else ""
    return [
        str(said.order),
        said.word,
        said.paternal or nameless,
        said.maternal or "",
        said.given or said.initials_text or nameless,
        said.alias or "",
        said.document_type.value if said.document_type and said.document_text else "",
        said.document_text or texts.unknown(rng),
        said.sex_text or texts.unknown(rng),
        texts.birth_day(said),
        said.age_text or "",
        texts.nationality(said, rng),
        origin[1:] if origin.startswith("0") and rng.random() < 0.2 else origin,
        words.RELATIONS[said.relation] if said.relation else "",
        "" if said.rescued is None else "SI" if said.rescued else "NO",
    ]


class RetaCsv:
    """One file; a record's rows repeat its columns, and some stand far from the rest."""

    suffix = ".csv"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._file = path.open("w", encoding="cp1252", newline="")
        self._rows = csv.writer(self._file, delimiter=";", lineterminator="\r\n")
        self._rows.writerow((*RECORD_COLUMNS, *PERSON_COLUMNS))
        self._held: list[list[str]] = []

    def write(self, record: SaidRecord) -> None:
        rng = self._rng
        shared = record_cells(record, rng)
        people = [person_cells(said, rng) for said in record.people] or [list(_NOBODY)]
        for index, person in enumerate(people):
            row = [*shared, *person]
            if index and rng.random() < _DISAGREEING:
                row[_EXPLOITATION_PLACE] = "OTRO"
            if rng.random() < _SHOUTED and row[0]:
                row[0] = row[0].lower() + " "
            if rng.random() < _HELD_BACK:
                self._held.append(row)
            else:
                self._rows.writerow(row)
        if self._held and rng.random() < _HELD_BACK:
            self._rows.writerow(self._held.pop())

    def close(self) -> None:
        self._rows.writerows(self._held)
        self._file.close()


class RetaNdjson:
    """One denuncia per line, the same names in lower case, people under ``personas``."""

    suffix = ".ndjson"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._file: io.BufferedWriter = path.open("wb")

    def write(self, record: SaidRecord) -> None:
        document: dict[str, Any] = _named(RECORD_COLUMNS, record_cells(record, self._rng))
        document["personas"] = [
            _named(PERSON_COLUMNS, person_cells(said, self._rng)) for said in record.people
        ]
        self._file.write(orjson.dumps(document) + b"\n")

    def close(self) -> None:
        self._file.close()


def _named(columns: tuple[str, ...], cells: list[str]) -> dict[str, Any]:
    return {name.lower(): cell or None for name, cell in zip(columns, cells, strict=True)}
