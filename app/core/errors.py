"""The tree of errors. Each class is one entry of the catalogue: a stable code, an HTTP status, what to do.

Stages add their own subclasses beside their rules. Sentences may name the ``facts`` given to the constructor
(``{limit}``); facts are shown to the caller, so they are never personal data.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar

Fact = str | int | float | bool | None


class IntertrataError(Exception):
    """Anything we raise on purpose. ``str(error)`` is the code alone: safe in every log."""

    code: ClassVar[str] = "internal-error"
    status: ClassVar[int] = 500
    es: ClassVar[str] = "Ocurrió un error interno. Vuelva a intentarlo; si se repite, avise al operador."
    en: ClassVar[str] = "An internal error occurred. Try again; if it happens again, tell the operator."

    def __init__(self, *, headers: Mapping[str, str] | None = None, **facts: Fact) -> None:
        super().__init__(self.code)
        self.headers = dict(headers or {})
        self.facts = facts

    def sentence(self, language: str) -> str:
        """The sentence in ``es`` or ``en`` with the facts put in."""
        return (self.es if language == "es" else self.en).format_map(self.facts)


class BadRequest(IntertrataError):
    code = "bad-request"
    status = 400
    es = "La solicitud no se entiende. Corríjala según la documentación."
    en = "The request cannot be understood. Correct it as documented."


class Unauthenticated(IntertrataError):
    code = "unauthenticated"
    status = 401
    es = "Falta una credencial válida. Pida un token en /oauth/token."
    en = "A valid credential is missing. Ask for a token at /oauth/token."


class Forbidden(IntertrataError):
    code = "forbidden"
    status = 403
    es = "Su credencial no permite esta operación."
    en = "Your credential does not allow this operation."


class NotFound(IntertrataError):
    code = "not-found"
    status = 404
    es = "No existe lo que se pide."
    en = "What was asked for does not exist."


class Conflict(IntertrataError):
    code = "conflict"
    status = 409
    es = "La operación choca con otra en curso. Espere a que termine y vuelva a intentarlo."
    en = "The operation collides with another under way. Wait for its end and try again."


class ContentTooLarge(IntertrataError):
    code = "content-too-large"
    status = 413
    es = "El contenido supera el límite. Envíelo en partes."
    en = "The content exceeds the limit. Send it in parts."


class UnsupportedMediaType(IntertrataError):
    code = "unsupported-media-type"
    status = 415
    es = "Ese tipo de contenido no se acepta aquí. Vea la documentación de la fuente."
    en = "That content type is not accepted here. See the documentation of the feed."


class Unprocessable(IntertrataError):
    code = "unprocessable"
    status = 422
    es = "La solicitud se entiende pero no se puede cumplir. Corríjala."
    en = "The request is understood but cannot be carried out. Correct it."


class TooManyRequests(IntertrataError):
    code = "too-many-requests"
    status = 429
    es = "Demasiadas solicitudes. Espere lo que indica Retry-After."
    en = "Too many requests. Wait for as long as Retry-After says."


class Unavailable(IntertrataError):
    code = "unavailable"
    status = 503
    es = "El servicio no está disponible por el momento. Vuelva a intentarlo."
    en = "The service is not available at the moment. Try again."


class OperatorError(IntertrataError):
    """What whoever runs the service must put right; the CLI prints the sentence and exits with 1."""

    code = "operator-error"


class SettingsInvalid(OperatorError):
    code = "settings-invalid"
    es = "Hay variables de configuración que no valen: {names}."
    en = "Some settings are not valid: {names}."


def catalogue() -> Iterator[type[IntertrataError]]:
    """Every error class that has been imported, parents before children."""
    queue: list[type[IntertrataError]] = [IntertrataError]
    while queue:
        current = queue.pop(0)
        yield current
        queue.extend(current.__subclasses__())
