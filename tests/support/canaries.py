"""The four samples with canaries: each name, document, birth date, alias and free text that they hold of a
person is replaced by an invented value that occurs nowhere else, so that it can be looked for everywhere."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from adapters.base import Limits
from adapters.transport import Row, SheetRow, read_csv, read_xlsx
from schemas.vocabulary import Feed
from support.ingestion_kit import sample
from support.native_changes import SHEET, Table, as_csv, as_xlsx

NAMES: Final = ("ZUQARAPAX", "WIQCHUNAY", "YUPANMARQ")  # paternal, maternal, given
ALIAS: Final = "KUSIWAXLA"
DOCUMENT: Final = "70418263"
BIRTH: Final = "1991-11-23"
BIRTH_HERE: Final = "23/11/1991"
INITIALS: Final = "X.Q.W."
TELEPHONE: Final = "987650143"
STORY: Final = "La encerraron en QHAPAQZIN tras engañarla en WAYRAXUTI"
CARD: Final = "7041826"  # a document that is cut, as clerks do: the record is kept with a remark
NEEDLES: Final = (*NAMES, ALIAS, DOCUMENT, BIRTH, BIRTH_HERE, TELEPHONE, "QHAPAQZIN", "WAYRAXUTI")
WHOLE: Final = (STORY, " ".join(NAMES), f"{NAMES[2]} {NAMES[0]} {NAMES[1]}", INITIALS, CARD)

_RETA: Final = dict(
    zip(
        (
            "APELLIDO_PATERNO",
            "APELLIDO_MATERNO",
            "NOMBRES",
            "ALIAS",
            "TIPO_DOC",
            "NRO_DOC",
            "FECHA_NACIMIENTO",
        ),
        (*NAMES, ALIAS, "DNI", DOCUMENT, BIRTH_HERE),
        strict=True,
    )
)
_LINEA: Final = {
    "VICTIMA_NOMBRE": f"{NAMES[2]} {NAMES[0]} {NAMES[1]}",
    "DENUNCIADO_NOMBRE": f"{NAMES[2]} {NAMES[0]} {NAMES[1]}",
    "DENUNCIADO_ALIAS": ALIAS,
    "TELEFONO_LLAMANTE": TELEPHONE,
    "RELATO": STORY,
}
_SISTRA: Final[dict[str, Any]] = {
    "apellidoPaterno": NAMES[0],
    "apellidoMaterno": NAMES[1],
    "nombres": NAMES[2],
    "documento": {"tipo": "DNI", "numero": DOCUMENT},
    "fechaNacimiento": BIRTH,
    "reserva": None,
    "iniciales": None,
}
_XML: Final = (
    (r"<apellidoPaterno>[^<]*", f"<apellidoPaterno>{NAMES[0]}"),
    (r"<apellidoMaterno>[^<]*", f"<apellidoMaterno>{NAMES[1]}"),
    (r"<nombres>[^<]*", f"<nombres>{NAMES[2]}"),
    (r'<documento tipo="DNI">[^<]*', f'<documento tipo="DNI">{DOCUMENT}'),
    (r"<iniciales>[^<]*", f"<iniciales>{INITIALS}"),
)


def _replaced(table: Table, values: dict[str, str]) -> Table:
    places = {table[0].index(column): value for column, value in values.items()}
    rows = ([places.get(at, cell) for at, cell in enumerate(row)] for row in table[1:])
    return [table[0], *rows]


def _reta(values: dict[str, str]) -> bytes:
    read = read_csv(io.BytesIO(sample(Feed.RETA_PNP)), Limits())
    rows = (list(row.cells) for row in read.rows if isinstance(row, Row))
    return as_csv(_replaced([list(read.header), *rows], values))


def _linea() -> bytes:
    read = read_xlsx(io.BytesIO(sample(Feed.LINEA_1818)), SHEET, Limits())
    rows = (list(row.cells) for row in read.rows if isinstance(row, SheetRow))
    return as_xlsx(_replaced([list(read.header), *rows], _LINEA))


def _sistra(values: dict[str, Any]) -> bytes:
    lines = []
    for line in sample(Feed.SISTRA).splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # the sample has lines that cannot be read
        for each in (*record.get("agraviados", ()), *record.get("imputados", ())):
            if each.get("tipo", "NATURAL") == "NATURAL":
                each.update({name: value for name, value in values.items() if name in each})
                if "alias" in each:
                    each["alias"] = ALIAS
        lines.append(json.dumps(record, ensure_ascii=False).encode())
    return b"\n".join(lines)


def _court() -> bytes:
    text = sample(Feed.PODER_JUDICIAL).decode()
    for pattern, new in _XML:
        text = re.sub(pattern, new, text)
    return text.encode()


def deliveries() -> dict[Feed, bytes]:
    """Of each source, its sample with every person in it replaced."""
    return {
        Feed.RETA_PNP: _reta(_RETA),
        Feed.SISTRA: _sistra(_SISTRA),
        Feed.PODER_JUDICIAL: _court(),
        Feed.LINEA_1818: _linea(),
    }


def damaged() -> Iterator[tuple[Feed, bytes]]:
    """What clerks and lines break: values that are none, cut files, things in the wrong place."""
    yield Feed.RETA_PNP, _reta(_RETA | {"NRO_DOC": CARD, "FECHA_NACIMIENTO": f"{BIRTH_HERE} {NAMES[0]}"})
    yield Feed.RETA_PNP, _reta(_RETA) + f"COM-X-1;{NAMES[0]};{DOCUMENT}\r\n".encode()
    yield Feed.SISTRA, _sistra(_SISTRA | {"documento": {"tipo": "DNI", "numero": CARD}})
    yield Feed.SISTRA, _sistra(_SISTRA | {"fechaNacimiento": f"{BIRTH}{NAMES[1]}"})
    yield Feed.SISTRA, _sistra(_SISTRA | {"documento": DOCUMENT}) + f'\n{{"nombres": "{NAMES[2]}'.encode()
    yield Feed.PODER_JUDICIAL, _court().replace(b"</expedientes>", f"<{NAMES[0]}>".encode())
    yield Feed.PODER_JUDICIAL, _court()[:2000]
    yield Feed.LINEA_1818, _linea()[:3000]
    yield Feed.LINEA_1818, f"{NAMES[0]} {STORY}".encode()


def _written(value: str) -> set[str]:
    return {value, value.upper(), value.lower(), value.title(), f"DNI {value}", f"DNI:{value}", f"DNI{value}"}


def _digests(value: str) -> Iterator[bytes]:
    for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b", "blake2s"):
        yield hashlib.new(name, value.encode(), usedforsecurity=False).digest()


def found_in(places: Iterable[str | bytes]) -> set[str]:
    """The canaries in these texts and bytes: as they are, encoded, or hashed without a key."""
    texts, blobs = [], []
    for place in places:
        (blobs if isinstance(place, bytes) else texts).append(place)
    said = "\n".join(t for t in texts if isinstance(t, str))
    text = said.lower()
    blob = b"\n".join((*(b for b in blobs if isinstance(b, bytes)), said.encode(errors="replace")))
    found = {value for value in NEEDLES if _told(value, text, blob)}
    found |= {f"whole: {value}" for value in WHOLE if value.lower() in text or value.encode() in blob}
    for value in (*NEEDLES, *WHOLE):
        forms = {digest for written in _written(value) for digest in _digests(written)}
        if any(d in blob or d.hex() in text or base64.b64encode(d).decode().lower() in text for d in forms):
            found.add(f"hashed: {value}")
    return found


def _told(value: str, text: str, blob: bytes) -> bool:
    encoded = [each.encode(kind) for each in _written(value) for kind in ("utf-8", "utf-16-le")]
    kept = [base64.b64encode(each).rstrip(b"=")[:-1] for each in encoded]
    return value.lower() in text or any(each in blob for each in (*encoded, *kept))
