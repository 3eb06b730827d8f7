"""Parameters of addresses. One that a route does not know is refused: ignored, a mistyped filter would give the
answer to another question."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from inspect import isclass
from typing import Final, TypeVar, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.core.errors import Unprocessable

_OWN: Final = "reads_every_parameter"
F = TypeVar("F", bound=Callable[..., object])


class ParameterUnknown(Unprocessable):
    code = "parameter-unknown"
    es = "La dirección lleva un parámetro que esta ruta no conoce. Conoce: {known}."
    en = "The address has a parameter that this route does not know. It knows: {known}."


def reads_every_parameter(dependency: F) -> F:
    """Marks a dependency that looks at all parameters by itself and refuses what it does not know."""
    setattr(dependency, _OWN, True)
    return dependency


def refuse_unknown(request: Request) -> None:
    """Raises ``ParameterUnknown``, which lists what there is and repeats nothing that was sent."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute):
        return
    known = _known(route)
    if known is not None and not known.issuperset(request.query_params.keys()):
        raise ParameterUnknown(known=", ".join(sorted(known)) or "-")


@lru_cache(maxsize=None)
def _known(route: APIRoute) -> frozenset[str] | None:
    """None where a dependency of the route reads them by itself."""
    tree = tuple(_tree(route.dependant))
    if any(getattr(each.call, _OWN, False) for each in tree):
        return None
    return frozenset(name for each in tree for name in _names(each))


def _tree(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for each in dependant.dependencies:
        yield from _tree(each)


def _names(dependant: Dependant) -> Iterator[str]:
    for parameter in dependant.query_params:
        annotation = parameter.field_info.annotation
        if get_origin(annotation) is None and isclass(annotation) and issubclass(annotation, BaseModel):
            for name, field in annotation.model_fields.items():
                yield field.alias or name
        else:
            yield parameter.alias
