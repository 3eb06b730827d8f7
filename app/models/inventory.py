"""The inventory of personal data, written from the table of privacy classes: ``make inventory``."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from app.models.privacy import CLASSES, Privacy

_CARE: Final = {
    Privacy.SEALED: (
        "Identidad, texto libre y lo recibido: AES-256-GCM con llave por registro; nadie lo lee sin llaves",
        "Identity, free text and what was received: AES-256-GCM, a key per record; unreadable without keys",
    ),
    Privacy.BLIND: (
        "Huellas con llave (HMAC-SHA-256): sirven para encontrar iguales, no se pueden leer ni adivinar",
        "Keyed digests: they find equals and can be neither read nor guessed",
    ),
    Privacy.WRAPPED_KEY: (
        "Llaves de datos envueltas; destruir una borra lo que selló",
        "Wrapped data keys; destroying one erases what it sealed",
    ),
    Privacy.SENSITIVE: (
        "Códigos que dicen algo de una persona sin nombrarla; solo por rutas con propósito y constancia",
        "Codes that say something of a person unnamed; only by routes with a purpose, witnessed",
    ),
    Privacy.CASE: (
        "Números, fechas, lugares y códigos de un expediente; según el alcance de quien lee",
        "Numbers, dates, places and codes of a case file; within the reader's reach",
    ),
    Privacy.LINK: (
        "Qué filas hablan de una misma persona o caso; según el alcance de quien lee",
        "Which rows speak of one person or case; within the reader's reach",
    ),
    Privacy.STAFF: (
        "Quién de las instituciones hizo algo; para auditores y operadores",
        "Who of the institutions did something; for auditors and operators",
    ),
    Privacy.CREDENTIAL: (
        "Lo que prueba quién llama: huellas, llaves públicas, marcas de un solo uso; ninguna ruta lo da",
        "Proves who calls: hashes, public keys, single-use marks; no route tells it",
    ),
    Privacy.OPERATIONAL: ("No dice nada de nadie", "Says nothing of anybody"),
}
_HEAD: Final = """\
# Inventario de datos / inventory of data

Escrito por `make inventory` a partir de `app/models/privacy.py`; no se edita a mano: una prueba lo compara.
Plazos y borrado: `app/protection/retention.py`, decisión [0014](../decisions/0014-duties-towards-people.md).

*Written by `make inventory` from the classes in the code; not edited by hand, and a test compares it.*
"""


def inventory() -> str:
    """The page ``docs/security/inventory.md``."""
    return "\n".join((_HEAD, *_classes(), "", *_tables())) + "\n"


def _classes() -> Iterator[str]:
    yield "| clase | cuidado | care | columnas |"
    yield "|---|---|---|---|"
    for privacy, (es, en) in _CARE.items():
        count = sum(its is privacy for its in CLASSES.values())
        yield f"| `{privacy}` | {es} | {en} | {count} |"


def _tables() -> Iterator[str]:
    tables: dict[str, dict[Privacy, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (table, column), privacy in CLASSES.items():
        tables[table][privacy].append(column)
    yield "| tabla | clase | columnas |"
    yield "|---|---|---|"
    for table in sorted(tables):
        for privacy in Privacy:
            if columns := tables[table].get(privacy):
                yield f"| `{table}` | {privacy} | {', '.join(columns)} |"


if __name__ == "__main__":
    sys.stdout.write(inventory())
