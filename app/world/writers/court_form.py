"""Poder Judicial as XML, UTF-8, written as a stream."""

from pathlib import Path
from random import Random
from xml.sax.saxutils import escape, quoteattr

from app.world import words
from app.world.places import plain
from app.world.records import SaidPerson, SaidRecord, SaidRuling
from app.world.writers import texts
from schemas.vocabulary import Feed, PartyKind, Sex

_KINDS = {PartyKind.NATURAL: "NATURAL", PartyKind.LEGAL_ENTITY: "JURIDICA", PartyKind.STATE: "ESTADO"}
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<expedientes xmlns="urn:intertrata:poder-judicial:1" generado="2026-01-15T03:00:00-05:00">\n'
)


def _element(name: str, text: str | None) -> str:
    return f"<{name}>{escape(text)}</{name}>" if text else ""


def _party(said: SaidPerson, rng: Random) -> str:
    if said.legal_name is not None:
        inner = _element("razonSocial", said.legal_name)
    elif said.initials_text is not None:
        spelt_out = said.initials_text.startswith("MENOR") and rng.random() < 0.5
        inner = _element("razonSocial" if spelt_out else "iniciales", said.initials_text)
    elif said.unidentified:
        inner = "<nombres>NN</nombres>"
    else:
        inner = (
            _element("apellidoPaterno", said.paternal)
            + _element("apellidoMaterno", said.maternal)
            + _element("nombres", said.given)
        )
    if said.document_type is not None and said.document_text:
        inner += f'<documento tipo="{said.document_type.value}">{escape(said.document_text)}</documento>'
    inner += _element("fechaNacimiento", texts.birth_iso(said)) + _element("edad", said.age_text)
    if said.sex is not None:
        inner += "<sexo>F</sexo>" if said.sex is Sex.FEMALE else "<sexo>M</sexo>"
    if said.nationality is not None:
        inner += _element("nacionalidad", texts.nationality(said, rng))
    inner += _element("situacion", said.legal_situation)
    return (
        f'   <parte orden="{said.order}" tipo="{said.word}" persona="{_KINDS[said.kind]}">{inner}</parte>\n'
    )


def _ruling(ruling: SaidRuling) -> str:
    parties = "".join(
        f'<parte ref="{order}"'
        + (f' penaMeses="{months}"' if months is not None else "")
        + (f' reparacion="{reparation}"' if reparation is not None else "")
        + "/>"
        for order, months, reparation in ruling.parties
    )
    head = (
        f'fecha="{ruling.date.isoformat()}" instancia="{ruling.instance}" tipo="{words.RULINGS[ruling.type]}"'
    )
    return f"   <resolucion {head}>{parties}</resolucion>\n"


def element(record: SaidRecord, rng: Random) -> str:
    number = "" if record.broken == "number" else f" numero={quoteattr(record.number)}"
    stamp = "" if record.broken == "stamp" else f' actualizado="{texts.iso_moment(record.stamp, rng)}"'
    offence = f'<delito codigo="{record.offence}">{escape(record.offence_label or "")}</delito>'
    lines = [
        f" <expediente{number}{stamp}>\n",
        f"  <distritoJudicial>{escape(plain(record.office_district or ''))}</distritoJudicial>",
        _element("organo", record.office),
        f"\n  <fechaIngreso>{record.reported.date().isoformat()}</fechaIngreso>",
        "" if record.broken == "offence" else offence,
        "\n  ",
        _element("carpetaFiscal", texts.citation(record, Feed.SISTRA)),
        f"<estado>{record.state}</estado>\n  <partes>\n",
        *(_party(said, rng) for said in record.people),
        "  </partes>\n",
    ]
    if record.rulings:
        lines += [
            "  <resoluciones>\n",
            *(_ruling(ruling) for ruling in record.rulings),
            "  </resoluciones>\n",
        ]
    lines.append(" </expediente>\n")
    return "".join(lines)


class CourtXml:
    suffix = ".xml"

    def __init__(self, path: Path, rng: Random) -> None:
        self._rng = rng
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(_HEAD)

    def write(self, record: SaidRecord) -> None:
        self._file.write(element(record, self._rng))

    def close(self) -> None:
        self._file.write("</expedientes>\n")
        self._file.close()
