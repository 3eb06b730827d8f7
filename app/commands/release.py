"""``intertrata release``: building, approving, publishing and withdrawing the figures of a bimester."""

import asyncio
import getpass
import os
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, TypeVar

import orjson
import typer

from app.core.clock import LIMA
from app.core.settings import Settings
from app.releases.protected import Report
from app.releases.repository import Seen
from app.releases.service import BuildReport, ReleaseService, Word
from app.wiring import open_services
from schemas.releases import Edition, ReleaseChanges

app = typer.Typer(no_args_is_help=True, help="Publicaciones bimestrales / bimonthly releases.")
T = TypeVar("T")

Release = Annotated[
    str,
    typer.Argument(
        help="Como 2026-B5.1; o 2026-B5, su última versión / as 2026-B5.1; or 2026-B5, its latest version."
    ),
]
Who = Annotated[str, typer.Option("--who", help="Quién / who.", default_factory=getpass.getuser)]
Reason = Annotated[str, typer.Option("--reason", help="Por qué / why.")]
Json = Annotated[bool, typer.Option("--json", help="Para máquinas / for machines.")]


@app.command(name="list")
def list_(as_json: Json = False) -> None:
    """Las publicaciones y su estado / the releases and where they stand."""
    found = asyncio.run(_with(lambda service: service.all()))
    if as_json:
        typer.echo(orjson.dumps([_told(each) for each in found]).decode())
    else:
        _show(found)


@app.command()
def key() -> None:
    """La clave pública con que se comprueba (base64) / the public key to verify with (base64)."""
    typer.echo(asyncio.run(_public_key()))


@app.command()
def build(
    period: Annotated[str, typer.Argument(help="Bimestre, como 2026-B5 / bimester, as 2026-B5.")],
    who: Who,
    reason: Reason = "bimestre / bimester",
    public: Annotated[
        bool, typer.Option("--with-public/--without-public", help="Edición pública / public edition.")
    ] = True,
    as_json: Json = False,
) -> None:
    """Preparar la siguiente versión de un bimestre / build the next version of a bimester."""
    with solver_aside():
        made = asyncio.run(_with(lambda service: service.build(period, Word(who, reason), public=public)))
    if as_json:
        told = {"release": made.release, "tables": made.tables}
        told |= {"protection": [_protected(each) for each in made.protection]}
        typer.echo(orjson.dumps(told).decode())
    else:
        _show_built(made)


@app.command()
def approve(release: Release, who: Who, reason: Reason) -> None:
    """Aprobar y firmar; nunca quien la preparó / approve and sign; never who built it."""
    word = Word(who, reason)
    id_, _ = asyncio.run(_of(release, lambda service, id_: service.approve(id_, word)))
    typer.echo(f"{id_}: aprobada y firmada / approved and signed")


@app.command()
def publish(
    release: Release,
    who: Who,
    reason: Reason,
    at: Annotated[
        datetime | None, typer.Option(help="Más tarde que el calendario (Lima) / later than the calendar.")
    ] = None,
) -> None:
    """Publicar: sale a la hora del calendario / publish: it is out at the calendar's hour."""
    instant = None if at is None else at.replace(tzinfo=LIMA)
    word = Word(who, reason)
    id_, out = asyncio.run(_of(release, lambda service, id_: service.publish(id_, word, instant)))
    typer.echo(f"{id_}: sale / is out {out.astimezone(LIMA).isoformat()}")


@app.command()
def withdraw(release: Release, who: Who, reason: Reason) -> None:
    """Retirar: sus cifras ya no se sirven / withdraw: its figures are not served any more."""
    word = Word(who, reason)
    id_, _ = asyncio.run(_of(release, lambda service, id_: service.withdraw(id_, word)))
    typer.echo(f"{id_}: retirada / withdrawn")


@app.command()
def diff(
    release: Release,
    edition: Annotated[Edition, typer.Option(help="Edición / edition.")] = Edition.RESTRICTED,
    as_json: Json = False,
) -> None:
    """Qué cambia de la versión anterior, celda por celda / what it changes of the version before."""
    _, content = asyncio.run(_of(release, lambda service, id_: service.changes(id_, edition)))
    if as_json:
        typer.echo("null" if content is None else content.decode())
        return
    found = None if content is None else ReleaseChanges.model_validate_json(content)
    if found is None or not found.changes:
        typer.echo("nada / nothing")
        return
    _show_changes(found)


def _show(found: Sequence[Seen]) -> None:
    from rich.console import Console
    from rich.table import Table

    headings = ("publicación / release", "estado / state", "preparó / built", "aprobó / approved")
    table = Table(*headings, "sale / out")
    for each in found:
        out = each.not_before.astimezone(LIMA).isoformat() if each.not_before else "-"
        table.add_row(each.id, each.state.value, each.built_by, each.approved_by or "-", out)
    Console().print(table)


def _show_built(made: BuildReport) -> None:
    typer.echo(f"{made.release}: {made.tables} tablas / tables")
    for each in made.protection:
        gap = "-" if each.gap is None else f"{each.gap:.3f}"
        typer.echo(
            f"  {each.indicator} {each.family}: {each.suppressed}/{each.cells} "
            f"celdas ocultas / cells withheld ({gap}, +{each.added}; "
            f"{each.held} por correcciones / for corrections)"
        )


def _show_changes(found: ReleaseChanges) -> None:
    for each in found.changes:
        why = ", ".join(f"{it.kind.value} +{it.came} -{it.left}" for it in each.reasons)
        before = each.before if each.before is not None else each.before_status.value
        after = each.after if each.after is not None else each.after_status.value
        typer.echo(f"{each.table} [{', '.join(each.codes)}]: {before} -> {after}  {why}")


def _told(seen: Seen) -> dict[str, object]:
    names = ("id", "period", "version", "replaces", "built_by", "approved_by", "built_at", "published_at")
    told = {name: getattr(seen, name) for name in (*names, "not_before", "withdrawn_at")}
    return told | {"state": seen.state.value}


def _protected(report: Report) -> dict[str, object]:
    names = ("indicator", "family", "cells", "suppressed", "held", "gap", "added", "relaxed")
    return {name: getattr(report, name) for name in names}


@contextmanager
def solver_aside() -> Iterator[None]:
    """The solver now and then prints a line of its own: to standard error, so that ours can be read."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


async def _public_key() -> str:
    async with open_services(Settings()) as services:
        signer = services.releases.signer
        return b64encode(signer.public_keys()[signer.current]).decode()


async def _with(work: Callable[[ReleaseService], Awaitable[T]]) -> T:
    async with open_services(Settings()) as services:
        return await work(services.releases)


async def _of(name: str, work: Callable[[ReleaseService, str], Awaitable[T]]) -> tuple[str, T]:
    """The id of the release so named, and what was done with it."""
    async with open_services(Settings()) as services:
        release = await services.releases.named(name)
        return release, await work(services.releases, release)
