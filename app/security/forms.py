"""What is sent to the token endpoint, read by the letter of RFC 6749, and how it is refused."""

import asyncio
import base64
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote_plus

FORM: Final = "application/x-www-form-urlencoded"
FORM_SECONDS: Final = 10.0  # a body that drips in holds no place longer
MAX_FORM_BYTES: Final = 16 * 1024  # an assertion and a token of 4 KiB each, and the rest


@dataclass(eq=False)  # not frozen: Python itself sets an exception's traceback
class TokenProblem(Exception):
    """An error of RFC 6749 5.2; its description is plain ASCII, as the RFC demands."""

    error: str
    description: str
    status: int = 400
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Secret:
    """A client's id and secret, as sent."""

    client_id: str
    secret: str = field(repr=False)


async def read(content_type: str, stream: AsyncIterable[bytes]) -> dict[str, str]:
    """The parameters, each at most once; empty ones count as left out (RFC 6749 3.2)."""
    if content_type.split(";", maxsplit=1)[0].strip().lower() != FORM:
        raise TokenProblem("invalid_request", f"Content-Type: {FORM}")
    try:
        async with asyncio.timeout(FORM_SECONDS):
            body = await _body(stream)
    except TimeoutError:
        raise TokenProblem("invalid_request", "Formulario demasiado lento / form too slow", 408) from None
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=20)
    except ValueError:
        raise TokenProblem("invalid_request", "Formulario ilegible / unreadable form") from None
    if len({name for name, _ in pairs}) != len(pairs):
        raise TokenProblem("invalid_request", "Parametro repetido / repeated parameter")
    return dict(pairs)


async def _body(stream: AsyncIterable[bytes]) -> bytes:
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise TokenProblem("invalid_request", "Formulario demasiado largo / form too long", 413)
    return bytes(body)


def basic(header: str) -> Secret | None:
    """Id and secret of an ``Authorization: Basic`` header; None where it is none."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        client_id, colon, secret = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return Secret(unquote_plus(client_id), unquote_plus(secret)) if colon else None
