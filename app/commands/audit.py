"""``intertrata audit``: the log of who did what, its checkpoints and its proofs."""

import asyncio
from base64 import b64encode
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from app.audit.acts import ActKind
from app.audit.console import act_at_console, witness_at_console
from app.audit.errors import FileUnusable
from app.audit.log import Proof
from app.audit.note import PublicKey
from app.audit.reading import export_lines, verify_database
from app.audit.succession import Succession
from app.audit.verifying import Verdict, verified_lines
from app.core.settings import Settings
from app.db.engine import Database
from app.wiring import open_services, running_database

app = typer.Typer(no_args_is_help=True, help="La bitácora de accesos / the log of who did what.")

OWN_KEYS = (
    "Sin --key se usan las claves que guarda esta misma instalación: no protege de quien la controle / "
    "without --key those that this very installation holds are used: no protection from who controls it"
)

Out = Annotated[Path | None, typer.Option(help="Archivo; sin él, la salida / file; without it, the output.")]
Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]
Keys = Annotated[
    list[str],
    typer.Option(help="Clave pública, o su archivo; se puede repetir / public key, or its file; repeatable."),
]
Held = Annotated[
    list[Path],
    typer.Option(
        help="Punto de control o relevo guardado; se puede repetir / checkpoint or handover held; repeatable."
    ),
]


@app.command()
def key(as_json: Json = False) -> None:
    """Las claves públicas con que se verifica, la primera primero / the public keys to verify with, the first
    one first.

    Con --json, desde y hasta qué tamaño firmó cada una, y los relevos / with --json, from and until
    which size each signed, and the handovers.
    """
    keys = asyncio.run(_keys())
    if not as_json:
        typer.echo("\n".join(str(term.key) for term in keys.terms))
        return
    told = [asdict(term) | {"key": str(term.key)} for term in keys.terms]
    typer.echo(orjson.dumps(told).decode())


@app.command()
def checkpoint(out: Out = None) -> None:
    """Firmar la bitácora tal como está / sign the log as it stands."""
    note = asyncio.run(_checkpoint())
    if out is None:
        typer.echo(note, nl=False)
        return
    try:
        out.write_text(note, encoding="utf-8")
    except OSError:
        raise FileUnusable from None


@app.command()
def verify(
    checkpoint: Held,
    key: Keys | None = None,
    export: Annotated[Path | None, typer.Option(help="Bitácora exportada / exported log.")] = None,
    as_json: Json = False,
) -> None:
    """Comprobar que la bitácora continúa la que se firmó / check that the log continues the signed one.

    Solo hacen falta una clave pública, los relevos desde ella, un punto de control y la bitácora / needs
    nothing but a public key, the handovers since, a checkpoint and the log.
    """
    if not key:
        typer.echo(OWN_KEYS, err=True)
        key = [str(term.key) for term in asyncio.run(_keys()).terms]
    lines = (line for each in key for line in (_text(Path(each)) if Path(each).exists() else each).split())
    public, held = tuple(map(PublicKey.parse, lines)), tuple(map(_text, checkpoint))
    if export is None:
        found = asyncio.run(_verified(Settings(), public, held))
    else:
        found = _verified_export(export, public, held)
    told = {"size": found.size, "root": b64encode(found.root).decode(), "checkpoints": found.sizes}
    sentence = f"{found.size} asientos, tal como se firmaron / entries, as they were signed: {told['root']}"
    typer.echo(orjson.dumps(told).decode() if as_json else sentence)


@app.command()
def export(out: Annotated[Path, typer.Argument(help="Archivo / file.")]) -> None:
    """Escribir la bitácora, una línea por asiento / write the log, a line per entry."""
    typer.echo(f"{asyncio.run(_export(out))} asientos / entries: {out}")


@app.command()
def prove(
    position: Annotated[
        int, typer.Argument(min=0, help="Posición; o el tamaño anterior / position; or the former size.")
    ],
    size: Annotated[int | None, typer.Option(min=0, help="Tamaño de la bitácora / size of the log.")] = None,
    consistency: Annotated[
        bool, typer.Option(help="Que la bitácora continúa la de ese tamaño / that it continues that one.")
    ] = False,
) -> None:
    """Probar que un asiento está en su lugar / prove that an entry stands where it does (RFC 6962)."""
    proof = asyncio.run(_prove(position, size, consistency))
    told: dict[str, Any] = {"size": proof.size, "hashes": [b64encode(each).decode() for each in proof.hashes]}
    if proof.leaf is not None:
        told["leaf"] = b64encode(proof.leaf).decode()
    typer.echo(orjson.dumps(told).decode())


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise FileUnusable from None


def _verified_export(path: Path, keys: tuple[PublicKey, ...], held: tuple[str, ...]) -> Verdict:
    trusted = Succession(keys, held).trusted(held)
    try:
        with path.open("rb") as lines:
            return verified_lines(lines, trusted)
    except OSError:
        raise FileUnusable from None


async def _verified(settings: Settings, keys: tuple[PublicKey, ...], held: tuple[str, ...]) -> Verdict:
    """Opens the database alone: whoever verifies need not hold the keys of the installation."""
    running = running_database(settings)
    url = await asyncio.to_thread(running.__enter__)
    database = Database(url, pool_size=1)
    try:
        return await verify_database(database, keys, held)
    finally:
        await database.close()
        await asyncio.to_thread(running.__exit__, None, None, None)


async def _keys() -> Succession:
    async with open_services(Settings()) as services, services.database.read() as session:
        return await services.merkle.succession(session)


async def _checkpoint() -> str:
    async with open_services(Settings()) as services:
        return await services.merkle.checkpoint()


async def _export(out: Path) -> int:
    async with open_services(Settings()) as services:
        act = act_at_console(ActKind.EXPORT, outcome="audit")
        await witness_at_console(services.database, services.audit, act)  # before anything leaves
        await services.merkle.sequence()
        async with services.database.read() as session:
            return await export_lines(session, out)


async def _prove(position: int, size: int | None, consistency: bool) -> Proof:
    async with open_services(Settings()) as services:
        await services.merkle.sequence()
        async with services.database.read() as session:
            prove = services.merkle.consistency if consistency else services.merkle.inclusion
            return await prove(session, position, size)
