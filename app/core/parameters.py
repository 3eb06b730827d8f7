"""Parameters of addresses. One that a route does not know is refused: were it ignored, a mistyped filter
would give the answer to another question."""

from collections.abc import Iterator
from inspect import isclass
from typing import Final, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.core.errors import Unprocessable

OWN: Final = "reads_every_parameter"
"""Attribute of a class of routes whose endpoints look at all parameters and refuse what they do not know."""


class ParameterUnknown(Unprocessable):
    code = "parameter-unknown"
    es = "La dirección lleva un parámetro que esta ruta no conoce. Conoce: {known}."
    en = "The address has a parameter that this route does not know. It knows: {known}."


def refuse_unknown(request: Request) -> None:
    """Raises ``ParameterUnknown``, which lists what there is and repeats nothing that was sent."""
    route = request.scope.get("route")
    if not request.query_params or not isinstance(route, APIRoute) or getattr(route, OWN, False):
        return
    known = {name for each in _tree(route.dependant) for name in _names(each)}
    if not known.issuperset(request.query_params.keys()):
        raise ParameterUnknown(known=", ".join(sorted(known)) or "-")


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
