"""What a request by SDMX can be refused for. Pure."""

from typing import ClassVar

from app.core.errors import BadRequest, ContentTooLarge, IntertrataError, NotFound, Unprocessable


class SdmxSyntax(BadRequest):
    code = "sdmx-syntax"
    es = "El pedido no sigue la API REST de SDMX en «{field}». Se espera: {expected}."
    en = "The request does not follow the SDMX REST API in “{field}”. Expected: {expected}."


class SdmxUnknownCode(Unprocessable):
    code = "sdmx-unknown-code"
    es = "«{field}» nombra un código que su lista no tiene. Vale: {allowed}."
    en = "“{field}” names a code that its list does not have. Allowed: {allowed}."


class SdmxContradiction(Unprocessable):
    code = "sdmx-contradiction"
    es = "«{field}» contradice a «{other}»."
    en = "“{field}” contradicts “{other}”."


class SdmxNoResults(NotFound):
    code = "sdmx-no-results"
    es = "No hay nada que responda a ese pedido."
    en = "Nothing answers that request."


class SdmxTooLarge(ContentTooLarge):
    code = "sdmx-too-large"
    es = (
        "La respuesta pasaría de {most} observaciones. Pida un flujo, clave o periodos, o por partes (limit)."
    )
    en = (
        "The answer would exceed {most} observations. Ask for one flow, a key or periods, or a part by limit."
    )


class SdmxNotAcceptable(IntertrataError):
    code = "sdmx-not-acceptable"
    status = 406
    es = "Ese formato no se ofrece aquí. Se ofrecen: {offered}."
    en = "That format is not offered here. Offered: {offered}."


class SdmxNotImplemented(IntertrataError):
    code = "sdmx-not-implemented"
    status: ClassVar[int] = 501
    es = "Esta parte de la API REST de SDMX no se ofrece: {field}."
    en = "This part of the SDMX REST API is not offered: {field}."
