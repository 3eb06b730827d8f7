"""SISTRA as NDJSON, one carpeta per line."""

from pathlib import Path
from random import Random
from typing import Any

import orjson

from app.world import words
from app.world.places import plain
from app.world.records import SaidPerson, SaidRecord
from app.world.writers import texts
from schemas.vocabulary import Feed, PartyKind, Role, Sex

_KINDS = {PartyKind.NATURAL: "NATURAL", PartyKind.LEGAL_ENTITY: "JURIDICA", PartyKind.STATE: "ESTADO"}
_SEXES = {Sex.FEMALE: "F", Sex.MALE: "M", None: None}


def _underscored(word: str) -> str:
    return word.replace(" ", "_")


def _person(said: SaidPerson) -> dict[str, Any]:
    document = None
    if said.document_type is not None and said.document_text:
        document = {"tipo": said.document_type.value, "numero": said.document_text}
    return {
        "orden": said.order,
        "tipo": _KINDS[said.kind],
        "reserva": f"CLAVE {said.protected_key}" if said.protected_key else None,
        "iniciales": said.initials_text,
        "apellidoPaterno": said.paternal,
        "apellidoMaterno": said.maternal,
        "nombres": "NN" if said.unidentified else said.legal_name or said.given,
        "documento": document,
        "sexo": _SEXES[said.sex],
        "fechaNacimiento": texts.birth_iso(said),
        "edad": int(said.age_text) if said.age_text else None,
        "nacionalidad": said.nationality,
        "procedencia": said.origin.ubigeo if said.origin else None,
    }


def _victim(said: SaidPerson) -> dict[str, Any]:
    return {
        **_person(said),
        "medidas": [{"tipo": words.MEASURES[kind], "fecha": on.isoformat()} for kind, on in said.measures],
        "servicios": [
            {"entidad": entity, "tipo": words.SERVICES[kind], "fecha": on.isoformat()}
            for kind, entity, on in said.services
        ],
    }


def _accused(said: SaidPerson) -> dict[str, Any]:
    person = _person(said)
    for name in ("tipo", "reserva", "iniciales", "procedencia"):
        del person[name]
    return {**person, "alias": said.alias, "situacion": said.legal_situation}


def document(record: SaidRecord, rng: Random) -> dict[str, Any]:
    offences = [{"codigo": record.offence, "descripcion": record.offence_label}]
    return {
        "numero": None if record.broken == "number" else record.number,
        "distritoFiscal": plain(record.office_district or ""),
        "fiscalia": record.office,
        "fechaIngreso": record.reported.date().isoformat(),
        "fechaHechos": record.facts_date.isoformat() if record.facts_date else None,
        "actualizado": None if record.broken == "stamp" else texts.iso_moment(record.stamp, rng),
        "etapa": record.state,
        "anulada": record.annulled,
        "delitos": [] if record.broken == "offence" else offences,
        "finalidades": [_underscored(words.PURPOSES[purpose]) for purpose in record.purposes],
        "captacion": [_underscored(words.RECRUITMENT[means]) for means in record.recruitment],
        "lugarExplotacion": (
            _underscored(words.EXPLOITATION_PLACES[record.exploitation_place])
            if record.exploitation_place
            else None
        ),
        "ubigeoHechos": record.place.ubigeo if record.place else None,
        "denunciaPolicial": texts.citation(record, Feed.RETA_PNP),
        "expedienteJudicial": texts.citation(record, Feed.PODER_JUDICIAL),
        "agraviados": [_victim(said) for said in record.people if said.role is not Role.SUSPECT],
        "imputados": [_accused(said) for said in record.people if said.role is Role.SUSPECT],
    }


class SistraNdjson:
    suffix = ".ndjson"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._file = path.open("wb")

    def write(self, record: SaidRecord) -> None:
        self._file.write(orjson.dumps(document(record, self._rng)) + b"\n")

    def close(self) -> None:
        self._file.close()
