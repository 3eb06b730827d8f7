"""What the API says when it refuses: RFC 9457 problem documents, and the sentence of every issue code."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from pydantic import Field

from schemas.base import Contract
from schemas.translation import IssueCode

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:problem-type:intertrata:"  # names the kind of problem; not meant to be fetched


class Sentence(NamedTuple):
    """One thing said to a person: Spanish first, English beside."""

    es: str
    en: str


class FieldError(Contract):
    """One thing wrong with one part of a request. Never repeats the value that was sent."""

    field: str = Field(description="Lugar del pedido: `query.limit`, `body.stamp` / place in the request")
    code: str
    es: str
    en: str


class Problem(Contract):
    """Documento de problema (RFC 9457). Nunca contiene datos personales ni detalles internos.

    A problem document. Never holds personal data or internals.
    """

    type: str = Field(description="`urn:problem-type:intertrata:` + `code`")
    title: str = Field(description="Qué pasó, en español y en inglés / what happened, in both languages")
    status: int = Field(ge=300, le=599)
    code: str = Field(description="Código estable / stable code")
    detail: str = Field(description="Qué hacer, en español y en inglés / what to do, in both languages")
    es: str
    en: str
    instance: str | None = Field(
        default=None, description="Id del pedido, para preguntar por él / id of the request, to ask about it"
    )
    errors: tuple[FieldError, ...] = ()


ISSUE_SENTENCES: Final[Mapping[IssueCode, Sentence]] = {
    IssueCode.NUMBER_MISSING: Sentence(
        "El registro no trae número propio; sin él no se puede identificar.",
        "The record has no number of its own; without one it cannot be identified.",
    ),
    IssueCode.STAMP_MISSING: Sentence(
        "Falta la fecha de actualización; sin ella no se sabe qué versión es.",
        "The update stamp is missing; without it the version cannot be known.",
    ),
    IssueCode.STAMP_UNREADABLE: Sentence(
        "La fecha de actualización no se puede leer.",
        "The update stamp cannot be read.",
    ),
    IssueCode.OFFENCE_UNREADABLE: Sentence(
        "El delito está vacío o no nombra ningún delito.",
        "The offence is empty or names no offence.",
    ),
    IssueCode.STRUCTURE_UNREADABLE: Sentence(
        "La estructura del registro no se puede leer (cortada, mal formada o con otras columnas).",
        "The record's structure cannot be read (cut, malformed, or with other columns).",
    ),
    IssueCode.COLUMN_MISSING: Sentence(
        "Falta una columna que el contrato exige.",
        "A column that the contract requires is missing.",
    ),
    IssueCode.TOO_LARGE: Sentence(
        "El registro o uno de sus campos supera el tamaño máximo.",
        "The record or one of its fields exceeds the maximum size.",
    ),
    IssueCode.CONFLICTING_CONTENT: Sentence(
        "Esta versión (mismo número, misma actualización) ya se tiene con otro contenido; vale la primera.",
        "This version (same number and update stamp) is already held with other content; the first is kept.",
    ),
    IssueCode.VALUE_UNKNOWN: Sentence(
        "El valor no está en la lista del contrato; el campo queda como desconocido.",
        "The value is not on the contract's list; the field is kept as unknown.",
    ),
    IssueCode.DATE_UNREADABLE: Sentence(
        "La fecha no se puede leer; queda como desconocida.",
        "The date cannot be read; it is kept as unknown.",
    ),
    IssueCode.DATE_IMPLAUSIBLE: Sentence(
        "La fecha no es creíble (futura, de relleno o demasiado antigua); queda como desconocida.",
        "The date is not plausible (future, a filler or too old); it is kept as unknown.",
    ),
    IssueCode.AGE_IMPLAUSIBLE: Sentence(
        "La edad no es creíble; queda como desconocida.",
        "The age is not plausible; it is kept as unknown.",
    ),
    IssueCode.AGE_DISAGREES: Sentence(
        "La edad no concuerda con la fecha de nacimiento; vale la fecha.",
        "The age disagrees with the birth date; the date counts.",
    ),
    IssueCode.NUMBER_UNREADABLE: Sentence(
        "El número (citado o de una cuenta) no se puede leer; se conserva como llegó y no se usa.",
        "The number (cited, or a count) cannot be read; it is kept as received and not used.",
    ),
    IssueCode.DOCUMENT_UNREADABLE: Sentence(
        "El documento de identidad no tiene la forma de su tipo; no se usa como prueba de identidad.",
        "The identity document does not have the form of its type; it is no evidence of identity.",
    ),
    IssueCode.DOCUMENT_CHECK_FAILED: Sentence(
        "El carácter de verificación del DNI no corresponde; no se usa como prueba de identidad.",
        "The DNI's check character does not match; it is no evidence of identity.",
    ),
    IssueCode.PLACE_UNKNOWN: Sentence(
        "El lugar no se encuentra en el UBIGEO del INEI; queda como desconocido.",
        "The place is not found in INEI's UBIGEO; it is kept as unknown.",
    ),
    IssueCode.PLACE_DISAGREES: Sentence(
        "El código de UBIGEO y los nombres del lugar no concuerdan.",
        "The UBIGEO code and the place names disagree.",
    ),
    IssueCode.OFFENCE_UNLISTED: Sentence(
        "El delito no está en ninguna lista; cuenta como delito conexo.",
        "The offence is on no list; it counts as a related offence.",
    ),
    IssueCode.ROWS_DISAGREE: Sentence(
        "Las filas del mismo registro no concuerdan; vale la de menor número de orden.",
        "The rows of one record disagree; the one with the lowest order number counts.",
    ),
    IssueCode.COLUMN_UNEXPECTED: Sentence(
        "Llegó una columna que el contrato no conoce; no se usa.",
        "A column came that the contract does not know; it is not used.",
    ),
    IssueCode.FIELD_UNEXPECTED: Sentence(
        "Llegó un campo que el contrato no conoce; no se usa.",
        "A field came that the contract does not know; it is not used.",
    ),
    IssueCode.FIELD_MISSING: Sentence(
        "Falta un campo del contrato; queda como desconocido.",
        "A field of the contract is missing; it is kept as unknown.",
    ),
    IssueCode.ORDER_REPAIRED: Sentence(
        "El número de orden faltaba o se repetía; se asignó el siguiente libre.",
        "The order number was missing or used twice; the next free one was given.",
    ),
    IssueCode.REFERENCE_UNKNOWN: Sentence(
        "La resolución nombra a una parte que no está en el expediente.",
        "The ruling names a party that is not in the file.",
    ),
    IssueCode.TEXT_UNDECODABLE: Sentence(
        "El texto trae caracteres que no se pueden leer en la codificación del contrato.",
        "The text has characters that cannot be read in the contract's encoding.",
    ),
    IssueCode.DOCUMENT_PLACEHOLDER: Sentence(
        "El número de documento es de relleno; no prueba identidad.",
        "The document number is a placeholder; it is no evidence of identity.",
    ),
    IssueCode.DOCUMENT_ZERO_RESTORED: Sentence(
        "Se repuso el cero inicial del DNI.",
        "The DNI's leading zero was restored.",
    ),
    IssueCode.UBIGEO_ZERO_RESTORED: Sentence(
        "Se repuso el cero inicial del UBIGEO.",
        "The UBIGEO's leading zero was restored.",
    ),
    IssueCode.PLACE_MOVED: Sentence(
        "El lugar estaba en la columna equivocada y se puso en la suya.",
        "The place stood in the wrong column and was moved to its own.",
    ),
    IssueCode.PLACE_RESPELT: Sentence(
        "El nombre del lugar tenía una letra errada; se leyó el único lugar que puede ser.",
        "The place's name had one wrong letter; the only place that it can be was read.",
    ),
    IssueCode.PLACE_ABROAD: Sentence(
        "La procedencia es otro país, que no tiene código UBIGEO.",
        "The origin is another country, which has no UBIGEO code.",
    ),
    IssueCode.OFFENCES_DIFFER: Sentence(
        "El registro trae delitos de varias familias; para contarlo prevalece la trata de personas.",
        "The record names offences of several families; trafficking prevails for counting.",
    ),
    IssueCode.AGE_APPROXIMATE: Sentence(
        "La edad es aproximada; se guarda como intervalo.",
        "The age is approximate; it is kept as a range.",
    ),
}
