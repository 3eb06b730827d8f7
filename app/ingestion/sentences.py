"""The sentence of every code that an issue may have: of a record, or of a whole batch that failed."""

from collections.abc import Mapping
from typing import Final

from schemas.problems import ISSUE_SENTENCES, Sentence

FAILURES: Final[Mapping[str, Sentence]] = {
    "delivery_empty": Sentence("La entrega no trae ningún registro.", "The delivery holds no record."),
    "delivery_too_large": Sentence(
        "La entrega supera el tamaño que esta forma permite.",
        "The delivery exceeds the size that this form allows.",
    ),
    "form_unsupported": Sentence(
        "La fuente no entrega en esa forma.", "The feed does not deliver in that form."
    ),
    "encoding_unknown": Sentence(
        "La codificación del texto no es una del contrato.",
        "The encoding of the text is not one of the contract's.",
    ),
    "header_unreadable": Sentence(
        "La fila de encabezados no se puede leer.", "The header row cannot be read."
    ),
    "column_repeated": Sentence(
        "Una columna está repetida en el encabezado.", "A column is repeated in the header."
    ),
    "column_missing": Sentence(
        "Falta una columna que el contrato exige.", "A column that the contract requires is missing."
    ),
    "json_unreadable": Sentence("El contenido no es JSON.", "The content is not JSON."),
    "xml_forbidden": Sentence(
        "El XML trae algo prohibido (DTD, entidades o inclusiones).",
        "The XML holds something forbidden (a DTD, entities or inclusions).",
    ),
    "xml_unreadable": Sentence("El contenido no es XML bien formado.", "The content is not well-formed XML."),
    "xml_wrong_root": Sentence(
        "El elemento raíz no es el del contrato.", "The root element is not that of the contract."
    ),
    "xlsx_unreadable": Sentence(
        "El contenido no es un libro XLSX legible.", "The content is not a readable XLSX workbook."
    ),
    "xlsx_encrypted": Sentence(
        "El libro XLSX tiene contraseña; envíelo sin ella.",
        "The XLSX workbook has a password; send it without.",
    ),
    "xlsx_bomb": Sentence(
        "El libro XLSX se desempaqueta a un tamaño no permitido.",
        "The XLSX workbook unpacks to a size that is not allowed.",
    ),
    "sheet_missing": Sentence(
        "El libro no tiene la hoja que el contrato nombra.",
        "The workbook lacks the sheet that the contract names.",
    ),
    "gzip_unreadable": Sentence(
        "El contenido gzip está dañado o cortado.", "The gzip content is damaged or cut."
    ),
    "unpacked_too_large": Sentence(
        "El contenido gzip se desempaqueta a un tamaño no permitido.",
        "The gzip content unpacks to a size that is not allowed.",
    ),
    "landed_bytes_damaged": Sentence(
        "Los bytes guardados no son los recibidos; avise al operador.",
        "The bytes kept are not those received; tell the operator.",
    ),
    "landed_bytes_expired": Sentence(
        "La entrega no se tradujo dentro del plazo y sus bytes se borraron; envíela otra vez.",
        "The delivery was not translated in time and its bytes were erased; send it again.",
    ),
    "translation_stuck": Sentence(
        "La traducción se interrumpió una y otra vez en el mismo punto; la entrega se conserva y el operador "
        "debe ver por qué.",
        "Translation broke off again and again at the same place; the delivery is kept and the operator must "
        "see why.",
    ),
    "adapter_broken": Sentence(
        "El traductor de la fuente falló; la entrega se conserva y el operador debe corregirlo.",
        "The feed's translator failed; the delivery is kept and the operator must correct it.",
    ),
}
_OF_ISSUES: Final = {code.value: said for code, said in ISSUE_SENTENCES.items()}
_UNTOLD: Final = Sentence("La entrega no se puede leer.", "The delivery cannot be read.")


def sentence_of(code: str) -> Sentence:
    if code in FAILURES:
        return FAILURES[code]
    return _OF_ISSUES.get(code, _UNTOLD)
