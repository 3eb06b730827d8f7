"""``intertrata keys``: the wrapping keys of the installation and what protects them at rest."""

import asyncio
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from app.audit import rotating
from app.audit.acts import ActKind, thing
from app.audit.console import act_at_console, witness_at_console
from app.core.clock import SystemClock
from app.core.queue import enqueue
from app.core.settings import Settings
from app.security import key_store
from app.security.key_store import PlainFile
from app.security.keyring import RELEASE, WRAPPING, KeyRing
from app.security.rotation import REWRAP
from app.security.signing import KEPT_AFTER, PUBLISHED_AHEAD
from app.wiring import Services, key_provider_of, open_services

app = typer.Typer(no_args_is_help=True, help="Las llaves de la instalación / the keys of the installation.")

Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]
KeyId = Annotated[str, typer.Argument(help="Identificador de la llave / id of the key.")]


@app.command()
def status(as_json: Json = False) -> None:
    """Qué llaves hay y cuántos registros abre cada una / which keys there are and what each opens."""
    found = asyncio.run(_status(Settings()))
    if as_json:
        typer.echo(orjson.dumps(found).decode())
        return
    typer.echo(f"protegidas por / protected by: {found['provider']}")
    for key in found["wrapping"]:
        mark = "vigente / current" if key["current"] else ""
        typer.echo(f"{key['id']}  {key['opens']:>9}  {mark}")


class Rotated(StrEnum):
    """Which key ``rotate`` is about."""

    WRAPPING = "wrapping"
    AUDIT = "audit"
    RELEASE = "release"


@app.command()
def rotate(
    use: Annotated[
        Rotated,
        typer.Argument(
            help="La de los datos, la bitácora o las publicaciones / of data, the log or releases."
        ),
    ] = Rotated.WRAPPING,
    wait: Annotated[bool, typer.Option(help="Esperar hasta el final / wait for the end.")] = False,
    as_json: Json = False,
) -> None:
    """Nueva llave vigente; las de datos se envuelven otra vez / a new current key, data keys wrapped anew.

    Sin --wait lo hace el trabajador en segundo plano / without --wait the worker does it in the background.

    `audit`: nueva llave de la bitácora. Escribe el relevo, que ambas firman: guárdelo y entréguelo con la
    bitácora; la anterior se destruye / a new key of the log. Writes the handover, which both signed: keep it
    and pass it on; the former key is destroyed.

    `release`: nueva llave que firma publicaciones; las anteriores siguen comprobando. El servicio la conoce
    al arrancar de nuevo / a new key for releases; the former ones go on verifying. The service has it once it
    is started again.
    """
    if use is Rotated.AUDIT:
        typer.echo(asyncio.run(_rotate_audit(Settings())), nl=False)
        return
    if use is Rotated.RELEASE:
        typer.echo(_rotate_release(Settings()))
        return
    key_id, rewrapped = asyncio.run(_rotate(Settings(), wait))
    if as_json:
        typer.echo(orjson.dumps({"current": key_id, "rewrapped": rewrapped}).decode())
    else:
        typer.echo(f"vigente / current: {key_id}")
        if rewrapped is not None:
            typer.echo(f"{rewrapped} llaves de datos / data keys")


@app.command(name="rotate-signing")
def rotate_signing(
    at_once: Annotated[
        bool,
        typer.Option("--at-once", help="Si se filtró: las demás mueren ya / leaked: the others die now."),
    ] = False,
) -> None:
    """Nueva llave que firma los tokens; se publica 15 minutos antes de usarse, y la anterior verifica hasta
    que vence su último token / a new key that signs tokens; published 15 minutes before its use, and the
    former one verifies until its last token has ended."""
    settings, now = Settings(), SystemClock().now()
    starts = now if at_once else now + PUBLISHED_AHEAD
    ended = now if at_once else now - KEPT_AFTER
    seconds = (int(starts.timestamp()), int(ended.timestamp()))
    asyncio.run(_witnessed(settings, "rotate-signing"))
    key_id = KeyRing.rotate_signing(settings.home, *seconds, key_provider_of(settings))
    typer.echo(f"{key_id}: {starts:%Y-%m-%dT%H:%M:%SZ}")


@app.command()
def rewrap() -> None:
    """Terminar una rotación interrumpida / end a rotation that was interrupted."""
    typer.echo(f"{asyncio.run(_rewrap(Settings()))} llaves de datos / data keys")


@app.command()
def retire(
    key_id: KeyId,
    yes: Annotated[bool, typer.Option("--yes", help="Sin preguntar / without asking.")] = False,
) -> None:
    """Destruir una llave que ya nada abre / destroy a key that opens nothing any more.

    Las copias de respaldo hechas con ella no se abrirán nunca más / backups made under it never open again.
    """
    if not yes:
        typer.confirm(
            "Las copias de respaldo bajo esta llave quedan ilegibles / backups under it die", abort=True
        )
    asyncio.run(_retire(Settings(), key_id))
    typer.echo(f"{key_id}: destruida / destroyed")


@app.command()
def protect(
    from_file: Annotated[
        bool, typer.Option("--from-file", help="Hoy son un archivo privado / today they are a private file.")
    ] = False,
) -> None:
    """Proteger las llaves con el servicio configurado / protect the keys by the configured service.

    Sin --from-file las protege de nuevo, tras rotar la llave del servicio / without it protects them anew.
    """
    settings = Settings()
    new = key_provider_of(settings)
    folder: Path = settings.home / "keys"
    was = PlainFile() if from_file else new
    key_store.change(folder, was, lambda document: document, new)
    # After it: before, the configured provider could not open the ring that the mark is made with.
    asyncio.run(_witnessed(settings, "protect"))
    typer.echo(f"protegidas por / protected by: {new.name}")


async def _status(settings: Settings) -> Mapping[str, Any]:
    async with open_services(settings) as services:
        opens = await services.rotation.wrapped_by()
        keys = services.keyring.wrapping
    wrapping = [
        {"id": key.id, "current": key is keys.current, "opens": opens.get(key.id, 0)} for key in keys.all()
    ]
    return {"provider": key_provider_of(settings).name, "wrapping": wrapping}


async def _rotate(settings: Settings, wait: bool) -> tuple[str, int | None]:
    async with open_services(settings) as services:
        await _witness(services, "rotate")
        key_id = KeyRing.add_key(settings.home, WRAPPING, key_provider_of(settings))
        services.sealer.look_again()
        if wait:
            return key_id, await services.rotation.rewrap()
        async with services.database.write() as session:
            await enqueue(session, REWRAP, {"key_id": key_id}, dedupe_key=f"{REWRAP}:{key_id}")
    return key_id, None


async def _rotate_audit(settings: Settings) -> str:
    async with open_services(settings) as services:
        act = act_at_console(ActKind.KEY_USE, outcome="rotate-audit")
        keys = (settings.home, key_provider_of(settings))
        return await rotating.rotate(services.merkle, services.audit, act, settings.audit_origin, keys)


async def _rewrap(settings: Settings) -> int:
    async with open_services(settings) as services:
        await _witness(services, "rewrap")
        return await services.rotation.rewrap()


def _rotate_release(settings: Settings) -> str:
    asyncio.run(_witnessed(settings, "rotate-release"))
    return KeyRing.add_key(settings.home, RELEASE, key_provider_of(settings))


async def _retire(settings: Settings, key_id: str) -> None:
    async with open_services(settings) as services:
        _assert_known(services, key_id)
        await services.rotation.assert_unused(key_id)
        await _witness(services, "retire", thing("key", key_id))
        KeyRing.retire_key(settings.home, WRAPPING, key_id, key_provider_of(settings))


async def _witnessed(settings: Settings, use: str) -> None:
    async with open_services(settings) as services:
        await _witness(services, use)


async def _witness(services: Services, use: str, *keys: str) -> None:
    """Before the keys are touched: a use that cannot be witnessed does not happen."""
    act = act_at_console(ActKind.KEY_USE, *keys, outcome=use)
    await witness_at_console(services.database, services.audit, act)


def _assert_known(services: Services, key_id: str) -> None:
    if key_id not in {key.id for key in services.keyring.wrapping.all()}:
        raise typer.BadParameter("no hay tal llave / there is no such key")
