"""The description of the API: who may call what, and how refusals look, on every operation."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from app.security.callers import (
    OfficerRequirement,
    PurposeRequirement,
    Requirement,
    requirements_of,
    says_open,
)
from app.security.granting import TOKEN_PATH
from app.security.officers import HEADER
from app.security.purpose import CASE, OFFICER, REASON
from app.security.scopes import SCOPES
from schemas.problems import MEDIA_TYPE, Problem

PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
REFUSALS: Final = {
    "307": "Hoy está en otro: vea Location / in another today: see Location",
    "400": "Pedido que no se entiende / request not understood",
    "401": "Falta un token válido / a valid token is missing",
    "403": "Falta el permiso / the scope is missing",
    "404": "No existe, o no para usted / it does not exist, or not for you",
    "408": "Envío demasiado lento / too slow to arrive",
    "409": "Choca con otra operación / collides with another operation",
    "410": "Ya no existe / it is gone",
    "413": "Demasiado grande / too large",
    "415": "Ese tipo de contenido no se acepta / content type not accepted",
    "422": "Datos que no valen / data not valid",
    "428": "Falta If-Match / If-Match is missing",
    "429": "Demasiado seguido / too often: Retry-After",
    "503": "Vuelva a intentarlo / try again",
}
NO_NUL: Final = r"^[^\u0000]*$"
ANYWHERE: Final = frozenset({"400", "422", "503"})  # what a route that is open to all may answer too
_PURPOSE: Final = {
    OFFICER: ("Quién pide: su código, no su nombre / who asks: their code, not their name", 192),
    CASE: ("Para qué caso / for which case", 600),
    REASON: (
        "Por qué; lo que no es ASCII, en UTF-8 con codificación por ciento / why; percent-encoded",
        3000,
    ),
}
PURPOSE: Final = [
    {
        "name": name,
        "in": "header",
        "required": True,
        "description": description,
        "schema": {"type": "string", "minLength": 1, "maxLength": longest},
    }
    for name, (description, longest) in _PURPOSE.items()
]
ASSERTION: Final = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "Prueba de quién pide: JWT de una llave de sus funcionarios / proof of who asks: a JWT by"
    " a key of your officers",
    "schema": {"type": "string", "minLength": 1, "maxLength": 4096},
}
SCHEMES: Final = {
    "oauth2": {
        "type": "oauth2",
        "description": "Token de acceso por credenciales de cliente / access token by client credentials",
        "flows": {
            "clientCredentials": {
                "tokenUrl": TOKEN_PATH,
                "scopes": {name: f"{scope.es} / {scope.en}" for name, scope in SCOPES.items()},
            }
        },
    },
    "client_secret_basic": {"type": "http", "scheme": "basic"},
}


def routes_of(app: FastAPI) -> Iterator[RouteContext]:
    """Every route of the application, with the whole path, those of included routers too."""
    return iter_route_contexts(app.routes)


def requirement_of(route: RouteContext) -> Requirement | None:
    """The one that says who may call, or None where everybody may."""
    dependant = getattr(route, "dependant", None) if isinstance(route.original_route, APIRoute) else None
    return next(requirements_of(dependant), None) if dependant is not None else None


def open_to_all(route: RouteContext) -> bool:
    """Whether it says so in its signature, and is called at a pace."""
    dependant = getattr(route, "dependant", None) if isinstance(route.original_route, APIRoute) else None
    return dependant is not None and says_open(dependant)


def describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    components["securitySchemes"] = SCHEMES
    for route in routes_of(app):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                also = {"429"} if open_to_all(route) else frozenset()
                _describe(operation, requirement_of(route), ANYWHERE | also)
    return document


def _without_nul(schema: dict[str, Any]) -> None:
    """Nothing in an address may hold a NUL (``nul-refused``), and the description says so of free text."""
    for each in (schema, *schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else ())):
        if each.get("type") == "string" and not each.keys() & {"pattern", "format", "enum", "const"}:
            each["pattern"] = NO_NUL


def _describe(operation: dict[str, Any], requirement: Requirement | None, anywhere: frozenset[str]) -> None:
    responses: dict[str, Any] = operation.setdefault("responses", {})
    if "422" in responses and "HTTPValidationError" in str(responses["422"]):
        del responses["422"]
    if requirement is not None:
        operation["security"] = [{"oauth2": [scope]} for scope in requirement.alternatives()]
    if isinstance(requirement, PurposeRequirement):
        operation.setdefault("parameters", []).extend([*PURPOSE, ASSERTION])
    if isinstance(requirement, OfficerRequirement):
        operation.setdefault("parameters", []).extend([*PURPOSE[:1], ASSERTION])
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in {"path", "query"}:
            _without_nul(parameter["schema"])
    for status, description in REFUSALS.items():
        if requirement is not None or status in anywhere:
            responses.setdefault(
                status, {"description": description, "content": {MEDIA_TYPE: {"schema": PROBLEM_REF}}}
            )
