"""``intertrata``: one command, its parts in ``app/commands/<name>.py``, each loaded only when it is called.

A part is a module with a ``typer.Typer`` named ``app``. It is listed here with its one-line help, so that
``--help`` loads none of them; one whose module is not there is not listed.
"""

import importlib
import importlib.util
import sys
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup

PARTS: Final[dict[str, str]] = {
    "demo": "Todo de una vez, con datos inventados / everything at once, on invented data",
    "serve": "Atender la API / serve the API",
    "worker": "Trabajar la cola / work the queue",
    "db": "La base de datos / the database",
    "ingest": "Ingresar archivos de una fuente / take in files of a feed",
    "pull": "Traer lo nuevo de una fuente / fetch what is new of a feed",
    "replay": "Traducir de nuevo lo guardado / translate again what is kept",
    "reindex": "Indexar de nuevo lo guardado / index anew what is kept",
    "reconcile": "Vincular registros, casos y personas / link records, cases and persons",
    "explain": "Por qué un par está unido o aparte / why a pair is together or apart",
    "review": "Decidir lo que la máquina no puede / decide what the machine cannot",
    "model": "Modelos de vinculación: ver, comparar, promover / linking models: see, compare, promote",
    "links": "Exportar los vínculos / export the links",
    "queue": "La cola de trabajos / the queue of jobs",
    "feeds": "La salud de las fuentes / the health of the feeds",
    "keys": "Las llaves de la instalación / the keys of the installation",
    "protection": "Borrado, conservación, retenciones / erasure, retention, holds",
    "client": "Clientes de la API / clients of the API",
    "audit": "La bitácora de accesos / the log of who did what",
    "schemas": "Esquemas JSON de los contratos / JSON Schemas of the contracts",
    "world": "Un mundo inventado en los cuatro formatos / an invented world in the four forms",
    "statistics": "Las fuentes lado a lado; el cubo / the feeds side by side; the cube",
    "release": "Publicaciones: preparar, aprobar, publicar / releases: build, approve, publish",
    "pull-release": "Traer y comprobar una publicación / fetch and verify a release",
    "published": "Cifras publicadas y sus desacuerdos / published figures and their disagreements",
    "train": "Entrenar un modelo de vinculación / train a linking model",
    "evaluate": "Medir los vínculos contra la verdad / measure the links against the truth",
}
FAILED: Final = 1
BROKEN: Final = 70  # EX_SOFTWARE
INTERRUPTED: Final = 130


class Root(TyperGroup):
    """Loads a part when it is called; for a list of the parts their one-line help is enough."""

    listing = False

    def list_commands(self, ctx: Any) -> list[str]:
        return [name for name in PARTS if importlib.util.find_spec(_module(name)) is not None]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.list_commands(ctx):
            return None
        if self.listing:
            return TyperCommand(cmd_name, help=PARTS[cmd_name])
        _start_logging()
        command = typer.main.get_command(importlib.import_module(_module(cmd_name)).app)
        command.name = cmd_name
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        super().format_help(ctx, formatter)


root = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="INTERTRATA: un registro de cuatro instituciones / one registry of four institutions.",
)


@root.callback()
def _root() -> None:
    """INTERTRATA: un registro de cuatro instituciones / one registry of four institutions."""


def main(arguments: list[str] | None = None) -> None:
    """Run and exit. Whatever goes wrong is one clear line; a traceback could show what it was working on."""
    sys.exit(run(sys.argv[1:] if arguments is None else arguments))


def run(arguments: list[str]) -> int:
    """The exit code. Wrong usage is explained by Typer, everything else here."""
    try:
        typer.main.get_command(root).main(arguments, prog_name="intertrata")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _explained(error)
    return 0


def _start_logging() -> None:
    """To standard error, so that what a command prints can be read by a machine."""
    from app.core.logging import configure_logging
    from app.core.settings import Settings

    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)


def _explained(error: Exception) -> int:
    from app.core.errors import IntertrataError
    from app.core.logging import place_of

    known = _known(error)
    if isinstance(known, IntertrataError):
        return _say(f"{known.code}: {known.sentence('es')} / {known.sentence('en')}", FAILED)
    # Type and place only: the message may quote data.
    what = f"{type(known).__name__}, {place_of(known)}"
    return _say(f"internal-error: error interno / internal error ({what})", BROKEN)


def _known(error: Exception) -> Exception:
    """The same in words of ours where whoever runs the command can put it right; else the error itself."""
    import asyncpg
    from pydantic import ValidationError

    from app.core.errors import SettingsInvalid
    from app.db.engine import DatabaseUnavailable

    while isinstance(error, ExceptionGroup):  # of tasks: the first tells why the others ended
        error = error.exceptions[0]
    if isinstance(error, ValidationError) and error.title == "Settings":
        places = {str(part) for each in error.errors() for part in each["loc"]}
        return SettingsInvalid(names=", ".join(sorted(places)))
    refusals = (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError)
    if isinstance(error, (ConnectionError, asyncpg.PostgresConnectionError, *refusals)):
        return DatabaseUnavailable()
    return error


def _say(line: str, code: int) -> int:
    typer.echo(line, err=True)
    return code


def _module(name: str) -> str:
    return f"app.commands.{name.replace('-', '_')}"


if __name__ == "__main__":
    main()
