"""The authorisation server: OAuth 2.0 client credentials (RFC 6749 4.4) and its metadata (RFC 8414)."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.core.clock import Clock
from app.security import tokens
from app.security.clients import ClientRefused, ClientService
from app.security.scopes import SCOPES
from app.security.tokens import Realm, TokenIssuer

FORM: Final = "application/x-www-form-urlencoded"
MAX_FORM_BYTES: Final = 8 * 1024
TOKEN_PATH: Final = "/oauth/token"  # noqa: S105  a path
KEYS_PATH: Final = "/.well-known/jwks.json"
METADATA_PATH: Final = "/.well-known/oauth-authorization-server"

router = APIRouter(tags=["Acceso / access"])


@dataclass(frozen=True, slots=True)
class Authorisation:
    """What the token endpoint works with; the application keeps it in ``app.state.authorisation``."""

    clients: ClientService
    issuer: TokenIssuer
    realm: Realm
    key_set: Mapping[str, Any]
    clock: Clock


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class TokenProblem(Exception):
    """An error of RFC 6749 5.2; its description is plain ASCII, as the RFC demands."""

    error: str
    description: str
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Credentials:
    client_id: str
    secret: str = field(repr=False)


_FORM_SCHEMA: Final = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {"type": "string", "description": "Separados por espacio / separated by spaces"},
        "client_id": {"type": "string"},
        "client_secret": {"type": "string", "format": "password"},
    },
}
_TOKEN_SCHEMA: Final = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "const": "Bearer"},
        "expires_in": {"type": "integer"},
        "scope": {"type": "string"},
    },
}
_ERROR_SCHEMA: Final = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string"}, "error_description": {"type": "string"}},
}


def _described(description: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


@router.post(
    TOKEN_PATH,
    summary="Pedir un token de acceso / ask for an access token",
    description=(
        "Credenciales del cliente en `Authorization: Basic` o en el formulario. El token dura 10 minutos.\n\n"
        "Client credentials in `Authorization: Basic` or in the form. The token lasts 10 minutes."
    ),
    responses={
        200: _described("El token / the token", _TOKEN_SCHEMA),
        400: _described("Pedido inválido / invalid request", _ERROR_SCHEMA),
        401: _described("Cliente no aceptado / client not accepted", _ERROR_SCHEMA),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {FORM: {"schema": _FORM_SCHEMA}}},
        "security": [{"client_secret_basic": []}, {}],
    },
)
async def token(request: Request) -> JSONResponse:
    authorisation: Authorisation = request.app.state.authorisation
    try:
        body = await _grant(request, authorisation)
    except TokenProblem as problem:
        answer = {"error": problem.error, "error_description": problem.description}
        return JSONResponse(answer, problem.status, {**_NO_STORE, **problem.headers})
    return JSONResponse(body, headers=_NO_STORE)


@router.get(METADATA_PATH, summary="Metadatos del emisor / issuer metadata", response_model=dict[str, Any])
async def metadata(request: Request) -> dict[str, Any]:
    """RFC 8414."""
    issuer = request.app.state.authorisation.realm.issuer
    return {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": issuer + KEYS_PATH,
        "scopes_supported": list(SCOPES),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "service_documentation": f"{issuer}/docs",
        "ui_locales_supported": ["es-PE", "en"],
    }


@router.get(KEYS_PATH, summary="Claves públicas / public keys", response_model=dict[str, Any])
async def key_set(request: Request) -> dict[str, Any]:
    """RFC 7517."""
    return dict(request.app.state.authorisation.key_set)


_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


async def _grant(request: Request, authorisation: Authorisation) -> dict[str, Any]:
    form = await _form(request)
    credentials = _credentials(request, form)
    if "grant_type" not in form:
        raise TokenProblem("invalid_request", "Falta grant_type / grant_type is missing")
    if form["grant_type"] != "client_credentials":
        raise TokenProblem("unsupported_grant_type", "Solo client_credentials / only client_credentials")
    try:
        client = await authorisation.clients.authenticate(credentials.client_id, credentials.secret)
    except ClientRefused:
        raise _refused() from None
    granted = _granted(client.scopes, form.get("scope"))
    return {
        "access_token": authorisation.issuer.issue(client.id, granted, authorisation.clock.now()),
        "token_type": "Bearer",
        "expires_in": int(tokens.LIFETIME.total_seconds()),
        "scope": " ".join(granted),
    }


def _granted(held: tuple[str, ...], asked: str | None) -> tuple[str, ...]:
    """All that the client holds, or the part that it asks for; asking for more is an error."""
    wanted = set((asked or "").split(" ")) - {""}
    if not wanted <= set(held):
        raise TokenProblem("invalid_scope", "Pide un permiso que no tiene / a scope is not yours to ask for")
    return tuple(scope for scope in held if not wanted or scope in wanted)


async def _form(request: Request) -> dict[str, str]:
    """The parameters, each at most once; empty ones count as left out (RFC 6749 3.2)."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != FORM:
        raise TokenProblem("invalid_request", f"Content-Type: {FORM}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise TokenProblem("invalid_request", "Formulario demasiado largo / form too long", status=413)
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError:
        raise TokenProblem("invalid_request", "Formulario ilegible / unreadable form") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise TokenProblem("invalid_request", "Parametro repetido / repeated parameter")
    return dict(pairs)


def _credentials(request: Request, form: Mapping[str, str]) -> Credentials:
    """One way of authenticating, not two (RFC 6749 2.3)."""
    headers = request.headers.getlist("authorization")
    if not headers:
        if "client_id" not in form or "client_secret" not in form:
            raise _refused()
        return Credentials(form["client_id"], form["client_secret"])
    if "client_secret" in form or len(headers) > 1:
        raise TokenProblem("invalid_request", "Credenciales dos veces / credentials sent twice")
    return _basic(headers[0])


def _basic(header: str) -> Credentials:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise _refused()
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        raise _refused() from None
    if not colon:
        raise _refused()
    return Credentials(unquote_plus(client_id), unquote_plus(secret))


def _refused() -> TokenProblem:
    return TokenProblem(
        "invalid_client",
        "Cliente o secreto no validos / client or secret not valid",
        status=401,
        headers={"WWW-Authenticate": 'Basic realm="intertrata", charset="UTF-8"'},
    )
