"""Logs for machines and for people: names, codes, counts and ids, never personal data."""

import logging
import sys
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import structlog

Format = Literal["json", "console"]
APPLICATION_FOLDERS = ("app", "adapters", "schemas", "migrations")


def get_logger(name: str) -> Any:
    """A structlog logger; the first argument of its methods is the event's name in snake_case."""
    return structlog.get_logger(name)


def configure_logging(level: str, form: Format) -> None:
    """Send everything, the libraries' logs too, to standard error in one form."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        replace_exceptions,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    handler = StandardError()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("httpx", "httpcore", "uvicorn.access", "pgqueuer", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # addresses and arguments of every call


class StandardError(logging.Handler):
    """Writes to whatever standard error is now, not to what it was when logging was configured."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
        except Exception:
            self.handleError(record)


def replace_exceptions(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """An exception's message may repeat what somebody sent; its class and places suffice to find it."""
    given = event.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["places"] = places_of(error)
    return event


def places_of(error: BaseException) -> list[str]:
    """``file:line function`` of each frame, outermost first; no values."""
    places, trace = [], error.__traceback__
    while trace is not None:
        places.append(_place(trace))
        trace = trace.tb_next
    return places


def place_of(error: BaseException) -> str:
    """The innermost place in our own code, else the innermost at all."""
    places = places_of(error)
    ours = [place for place in places if place.startswith(APPLICATION_FOLDERS)]
    return (ours or places or ["nowhere"])[-1]


def _place(trace: TracebackType) -> str:
    code = trace.tb_frame.f_code
    parts = Path(code.co_filename).parts
    folder = next((i for i in range(len(parts) - 1, -1, -1) if parts[i] in APPLICATION_FOLDERS), None)
    name = "/".join(parts[folder:]) if folder is not None else "/".join(parts[-2:])
    return f"{name}:{trace.tb_lineno} {code.co_name}"
