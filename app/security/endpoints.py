"""The authorisation server: OAuth 2.0 client credentials (RFC 6749 4.4) and its metadata (RFC 8414)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.core.errors import NotFound
from app.security import forms
from app.security.assertions import ASSERTION_TYPE
from app.security.callers import OpenToAll
from app.security.certificates import CertificateRefused
from app.security.forms import FORM, TokenProblem
from app.security.granting import (
    REVOKE_PATH,
    TOKEN_PATH,
    Authorisation,
    Presented,
    grant,
    named_client,
    revoke,
)
from app.security.jws import FAPI_ALGORITHMS
from app.security.request_pace import RequestPace
from app.security.scopes import SCOPES
from app.security.signing import JWKS_SECONDS
from app.security.tokens import key_set_document
from schemas.problems import MEDIA_TYPE

KEYS_PATH: Final = "/.well-known/jwks.json"
METADATA_PATH: Final = "/.well-known/oauth-authorization-server"

router = APIRouter(tags=["Acceso / access"])


_FORM_SCHEMA: Final = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["client_credentials"]},
        "scope": {"type": "string", "description": "Separados por espacio / separated by spaces"},
        "client_id": {"type": "string", "minLength": 1},
        "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
        "client_assertion": {"type": "string", "minLength": 1, "description": "RFC 7523"},
        "client_secret": {"type": "string", "format": "password", "description": "Demo"},
    },
}
_REVOKE_SCHEMA: Final = {
    "type": "object",
    "required": ["token"],
    "properties": {
        "token": {"type": "string", "minLength": 1},
        "client_id": {"type": "string", "minLength": 1},
        "client_assertion_type": {"type": "string", "enum": [ASSERTION_TYPE]},
        "client_assertion": {"type": "string", "minLength": 1, "description": "RFC 7523"},
        "client_secret": {"type": "string", "format": "password", "description": "Demo"},
    },
}
_TOKEN_SCHEMA: Final = {
    "type": "object",
    "required": ["access_token", "token_type", "expires_in", "scope"],
    "properties": {
        "access_token": {"type": "string"},
        "token_type": {"type": "string", "enum": ["DPoP", "Bearer"]},
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


PACE_REFUSED: Final[dict[str, Any]] = {
    "description": "Demasiado seguido / too often: Retry-After",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


@router.post(
    TOKEN_PATH,
    summary="Pedir un token de acceso / ask for an access token",
    description=(
        "El cliente se acredita con `client_assertion` (RFC 7523) o con su certificado TLS (RFC 8705); en la "
        "demostración, con su secreto. Con `DPoP` el token queda atado a esa clave. Dura 10 minutos.\n\n"
        "The client proves itself by `client_assertion` (RFC 7523) or its TLS certificate (RFC 8705); in the "
        "demo, by its secret. With `DPoP` the token is bound to that key. It lasts 10 minutes."
    ),
    responses={
        200: _described("El token / the token", _TOKEN_SCHEMA),
        400: _described("Pedido inválido / invalid request", _ERROR_SCHEMA),
        401: _described("Cliente no aceptado / client not accepted", _ERROR_SCHEMA),
        408: _described("Demasiado lento / too slow", _ERROR_SCHEMA),
        413: _described("Demasiado largo / too long", _ERROR_SCHEMA),
        429: PACE_REFUSED,
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {FORM: {"schema": _FORM_SCHEMA}}},
        "security": [{"client_secret_basic": []}, {}],
    },
)
async def token(request: Request) -> JSONResponse:
    return await _answered(request, grant)


@router.post(
    REVOKE_PATH,
    summary="Devolver un token / take a token back",
    description=(
        "RFC 7009. El cliente se acredita como en `/oauth/token`; el token deja de abrir en el acto.\n\n"
        "The client proves itself as at `/oauth/token`; the token opens nothing from then on."
    ),
    responses={
        200: _described("Ya no abre / it opens nothing", {"type": "object"}),
        400: _described("Pedido inválido / invalid request", _ERROR_SCHEMA),
        401: _described("Cliente no aceptado / client not accepted", _ERROR_SCHEMA),
        408: _described("Demasiado lento / too slow", _ERROR_SCHEMA),
        413: _described("Demasiado largo / too long", _ERROR_SCHEMA),
        429: PACE_REFUSED,
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {FORM: {"schema": _REVOKE_SCHEMA}}},
        "security": [{"client_secret_basic": []}, {}],
    },
)
async def revoke_token(request: Request) -> JSONResponse:
    return await _answered(request, revoke)


@router.get(METADATA_PATH, summary="Metadatos del emisor / issuer metadata", response_model=dict[str, Any])
async def metadata(request: Request, caller: OpenToAll) -> JSONResponse:
    """RFC 8414."""
    authorisation = _embedded(request)
    issuer = authorisation.realm.issuer
    document = {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "revocation_endpoint": issuer + REVOKE_PATH,
        "revocation_endpoint_auth_methods_supported": list(authorisation.methods),
        "jwks_uri": issuer + KEYS_PATH,
        "token_endpoint_auth_signing_alg_values_supported": list(FAPI_ALGORITHMS),
        "dpop_signing_alg_values_supported": list(FAPI_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": True,
        "scopes_supported": list(SCOPES),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": list(authorisation.methods),
        "ui_locales_supported": ["es-PE", "en"],
    }
    if request.app.state.services.settings.docs_open:
        document["service_documentation"] = f"{issuer}/docs"
    return JSONResponse(document, headers=_KEEP)


@router.get(KEYS_PATH, summary="Claves públicas / public keys", response_model=dict[str, Any])
async def key_set(request: Request, caller: OpenToAll) -> JSONResponse:
    """RFC 7517."""
    authorisation = _embedded(request)
    return JSONResponse(key_set_document(authorisation.signing.published()), headers=_KEEP)


_KEEP: Final = {"Cache-Control": f"public, max-age={JWKS_SECONDS}"}
_NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def _embedded(request: Request) -> Authorisation:
    """Raises ``NotFound`` where another issuer grants tokens: there is no authorisation server here then."""
    authorisation: Authorisation = request.app.state.authorisation
    if not authorisation.embedded:
        raise NotFound
    return authorisation


async def _presented(request: Request, authorisation: Authorisation) -> Presented:
    """What the request brings; a certificate that cannot be read is a request that cannot be."""
    try:
        certificate = authorisation.certificates.of(request.scope, authorisation.clock.now())
    except CertificateRefused:
        raise TokenProblem("invalid_request", "Certificado no valido / certificate not valid") from None
    form = await forms.read(request.headers.get("content-type", ""), request.stream())
    authorization = tuple(request.headers.getlist("authorization"))
    pace: RequestPace = request.app.state.request_pace
    address = authorisation.certificates.address_of(request.scope)
    await pace.spend_unknown(address, named_client(form, authorization))
    return Presented(
        form=form,
        authorization=authorization,
        proofs=tuple(request.headers.getlist("dpop")),
        certificate=certificate,
    )


async def _answered(
    request: Request, act: Callable[[Authorisation, Presented], Awaitable[dict[str, Any]]]
) -> JSONResponse:
    authorisation = _embedded(request)
    fresh = authorisation.fresh_nonce()
    try:
        body = await act(authorisation, await _presented(request, authorisation))
    except TokenProblem as problem:
        answer = {"error": problem.error, "error_description": problem.description}
        return JSONResponse(answer, problem.status, {**_NO_STORE, **fresh, **problem.headers})
    return JSONResponse(body, headers={**_NO_STORE, **fresh})
