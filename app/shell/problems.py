"""Every refusal leaves as a problem document (RFC 9457), whoever raised it; none carries internals."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

import asyncpg
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path
from starlette.types import Scope

from app.audit.refusals import witness_refusal
from app.core.errors import (
    BadRequest,
    ContentTooLarge,
    IntertrataError,
    NotFound,
    Unavailable,
    UnsupportedMediaType,
)
from app.core.logging import get_logger
from app.db.engine import DatabaseUnavailable
from schemas.problems import MEDIA_TYPE, TYPE_PREFIX, FieldError, Problem, Sentence

log = get_logger(__name__)

TRY_AGAIN: Final = {"Retry-After": "1"}
_FIELD_PART: Final = re.compile(r"[A-Za-z0-9_.\[\]-]{1,60}")


class RequestInvalid(IntertrataError):
    code = "request-invalid"
    status = 422
    es = "Hay datos del pedido que no valen. Vea qué campos en «errors»."
    en = "Some of what was sent is not valid. See which fields in “errors”."


class MethodNotAllowed(IntertrataError):
    code = "method-not-allowed"
    status = 405
    es = "Esa operación no existe aquí. Vea cuáles hay en Allow."
    en = "That operation does not exist here. See which do in Allow."


class ConnectionCut(BadRequest):
    code = "connection-cut"
    es = "El envío se cortó antes de terminar. No se guardó nada; vuelva a enviarlo."
    en = "The transmission was cut before its end. Nothing was kept; send it again."


class BodyTooSlow(IntertrataError):
    code = "body-too-slow"
    status = 408
    es = "El envío es demasiado lento o se detuvo. No se guardó nada; vuelva a enviarlo."
    en = "The transmission is too slow or stopped. Nothing was kept; send it again."


class ValueNotStorable(BadRequest):
    code = "value-not-storable"
    es = "Un valor está fuera de lo que se puede guardar o buscar."
    en = "A value is beyond what can be stored or looked for."


class RequestRefused(BadRequest):
    code = "request-refused"
    es = "El pedido no se puede atender tal como vino."
    en = "The request cannot be served as it came."


class TryAgain(Unavailable):
    code = "try-again"
    es = "Otra operación se cruzó con esta. Vuelva a enviarla tal cual."
    en = "Another operation crossed this one. Send it again as it is."


_OF_STATUS: Final[Mapping[int, type[IntertrataError]]] = {
    404: NotFound,
    405: MethodNotAllowed,
    408: BodyTooSlow,
    413: ContentTooLarge,
    415: UnsupportedMediaType,
    503: Unavailable,
}


def problem_of(error: IntertrataError, request_id: str | None, errors: Sequence[FieldError] = ()) -> Problem:
    es, en = error.sentence("es"), error.sentence("en")
    return Problem(
        type=TYPE_PREFIX + error.code,
        title=HTTPStatus(error.status).phrase,
        status=error.status,
        code=error.code,
        detail=f"{es} / {en}",
        es=es,
        en=en,
        instance=f"urn:uuid:{request_id}" if request_id else None,
        errors=tuple(errors),
    )


def problem_response(
    error: IntertrataError, request_id: str | None, errors: Sequence[FieldError] = ()
) -> Response:
    body = problem_of(error, request_id, errors).model_dump_json(exclude_none=True)
    return Response(body, error.status, error.headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    app.add_exception_handler(IntertrataError, _of_ours)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(ClientDisconnect, _of_disconnect)
    app.add_exception_handler(SQLAlchemyError, _of_database)
    for kind in (asyncpg.PostgresError, asyncpg.InterfaceError):  # of COPY, below SQLAlchemy
        app.add_exception_handler(kind, _of_database)
    for kind in (ConnectionError, TimeoutError):
        app.add_exception_handler(kind, _of_connection)


def _id(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, IntertrataError)
    await witness_refusal(request, error)
    return problem_response(error, _id(request))


async def _of_http(request: Request, error: Exception) -> Response:
    """Raised by the framework: unknown paths and methods, bodies that are not JSON."""
    assert isinstance(error, HTTPException)
    kind = _OF_STATUS.get(error.status_code, RequestRefused if error.status_code < 500 else IntertrataError)
    headers = {**(error.headers or {})}
    if error.status_code == 405:
        headers["Allow"] = ", ".join(sorted(allowed_methods(request.scope)))
    return problem_response(kind(headers=headers), _id(request))


def allowed_methods(scope: Scope) -> set[str]:
    """Of every route at this path: the framework names those of the first one only (RFC 9110 10.2.1)."""
    contexts = [each for each in iter_route_contexts(scope["app"].routes) if each.methods]
    at = (each for each in contexts if compile_path(str(each.path))[0].fullmatch(scope["path"]))
    methods = {method for each in at for method in each.methods or ()}
    return methods | {"HEAD"} if "GET" in methods else methods


async def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return problem_response(RequestInvalid(), _id(request), [_field_error(each) for each in error.errors()])


async def _of_disconnect(request: Request, _error: Exception) -> Response:
    return problem_response(ConnectionCut(), _id(request))


async def _of_connection(request: Request, _error: Exception) -> Response:
    """The pool could not reach the server at all."""
    return problem_response(DatabaseUnavailable(headers=TRY_AGAIN), _id(request))


async def _of_database(request: Request, error: Exception) -> Response:
    """What the database said, by SQLSTATE; its text may quote data and goes nowhere."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None) or ""
    log.warning("database_error", kind=type(error).__name__, sqlstate=state, request_id=_id(request))
    return problem_response(_by_state(error, str(state)), _id(request))


def _by_state(error: Exception, state: str) -> IntertrataError:
    if state.startswith("40") or state == "55P03":  # serialization, deadlock, lock timeout
        return TryAgain(headers=TRY_AGAIN)
    if state.startswith(("08", "53", "57")) or isinstance(
        error, PoolTimeout
    ):  # connection, resources, shutdown
        return DatabaseUnavailable(headers=TRY_AGAIN)
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return DatabaseUnavailable(headers=TRY_AGAIN)
    if state.startswith("22") or _refused_by_driver(error):  # data exception: out of range, NUL in text
        return ValueNotStorable()
    return IntertrataError()


def _refused_by_driver(error: Exception) -> bool:
    """asyncpg could not encode a parameter; the statement never left."""
    cause = getattr(getattr(error, "orig", None), "__cause__", None) or error
    return isinstance(cause, asyncpg.DataError)


_TYPES: Final[Mapping[str, Sentence]] = {
    "missing": Sentence("Falta.", "It is missing."),
    "extra_forbidden": Sentence("No se conoce este campo.", "This field is not known."),
    "enum": Sentence("Debe ser uno de: {expected}.", "It must be one of: {expected}."),
    "literal_error": Sentence("Debe ser uno de: {expected}.", "It must be one of: {expected}."),
    "greater_than_equal": Sentence("Debe ser al menos {ge}.", "It must be at least {ge}."),
    "greater_than": Sentence("Debe ser mayor que {gt}.", "It must be greater than {gt}."),
    "less_than_equal": Sentence("Debe ser a lo más {le}.", "It must be at most {le}."),
    "less_than": Sentence("Debe ser menor que {lt}.", "It must be less than {lt}."),
    "string_too_short": Sentence(
        "Debe tener al menos {min_length} caracteres.", "It must have at least {min_length} characters."
    ),
    "string_too_long": Sentence(
        "Debe tener a lo más {max_length} caracteres.", "It must have at most {max_length} characters."
    ),
    "string_pattern_mismatch": Sentence("No tiene la forma debida.", "It does not have the required form."),
    "json_invalid": Sentence("No es JSON válido.", "It is not valid JSON."),
}
_KINDS: Final[Sequence[tuple[str, Sentence]]] = (
    ("value_error", Sentence("No tiene la forma debida.", "It does not have the required form.")),
    ("datetime", Sentence("Debe ser una fecha y hora ISO 8601.", "It must be an ISO 8601 date and time.")),
    ("date", Sentence("Debe ser una fecha AAAA-MM-DD.", "It must be a date YYYY-MM-DD.")),
    ("int", Sentence("Debe ser un número entero.", "It must be a whole number.")),
    ("float", Sentence("Debe ser un número.", "It must be a number.")),
    ("bool", Sentence("Debe ser verdadero o falso.", "It must be true or false.")),
    ("uuid", Sentence("Debe ser un identificador UUID.", "It must be a UUID.")),
    ("string", Sentence("Debe ser texto.", "It must be text.")),
)
_OTHERWISE: Final = Sentence("No vale.", "It is not valid.")


def _field_error(error: Mapping[str, Any]) -> FieldError:
    """What is wrong and where, in words of ours: the library's may repeat what was sent."""
    kind = str(error["type"])
    sentence = _TYPES.get(kind) or next(
        (words for start, words in _KINDS if kind.startswith(start)), _OTHERWISE
    )
    bounds = error.get("ctx") or {}
    try:
        es, en = (text.format_map(bounds) for text in sentence)
    except KeyError:
        es, en = _OTHERWISE
    location = list(error.get("loc", ()))
    if kind == "extra_forbidden" and location:
        location[-1] = ""  # a name of the caller's making: it may be anybody's
    return FieldError(field=_place(location), code=kind, es=es, en=en)


def _place(location: Sequence[Any]) -> str:
    return ".".join(part if _FIELD_PART.fullmatch(part := str(each)) else "?" for each in location)
