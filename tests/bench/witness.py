"""What encryption, audit and limits cost, and what verifying the log costs. Run by itself, from the root of
the repository: ``PYTHONPATH=.:tests python -m bench.witness``.

The switch is here and nowhere else: ``bare_services`` is the very same service composed of a sealer that
does not encrypt, an audit log that writes nothing, limits that count nothing and readings that commit
nothing. Both answer turn by turn, in one process, on two databases of one server, filled alike.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Self
from unittest import mock
from uuid import UUID

import httpx
import typer

from app.audit import acts
from app.audit.acts import Act, Entry
from app.audit.log import MerkleLog, Signers
from app.audit.merkle import leaf_hash
from app.audit.note import Signer
from app.audit.reading import verify_database
from app.audit.service import AuditLog
from app.audit.verifying import verified_lines
from app.core.clock import SystemClock
from app.core.logging import configure_logging
from app.core.settings import Settings
from app.db.copy import copy_rows
from app.db.engine import Database, WriteSession
from app.main import create_app
from app.security.keyring import KeyRing
from app.security.purpose import Purpose, purpose_headers
from app.security.request_pace import RequestPace
from app.security.sealing import NONCE_BYTES, TAG_BYTES, VERSION, WRAPPED_BYTES, DataKey, Sealer
from app.wiring import Services, build_services
from bench.asking import _MEDIA, summary
from bench.child import peak_mib
from bench.feeding import form_of, land_and_translate
from bench.rig import ROOT, rig
from bench.worlds import town

WARM_UP = 10
MORE = 12  # times larger than what is held: the world that new records come from
CLIENT = "cl-0000000000000000"
SCOPES = ("registry:read", *(f"feed:{feed}:write" for feed in ("reta-pnp", "sistra", "poder-judicial")))
PURPOSE = purpose_headers(Purpose("oficial-000", "CASO-DE-PRUEBA-1", "Medición del servicio"))
START = acts.Entry(UUID(int=0), SystemClock().now(), "person_read", CLIENT, "PNP-1", None, (), "told", b"")

app = typer.Typer(add_completion=False)


class PlainKey(DataKey):
    """Seals nothing; as long as what is sealed."""

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        return VERSION + bytes(NONCE_BYTES) + plaintext + bytes(TAG_BYTES)

    def open(self, ciphertext: bytes, aad: bytes) -> bytes:
        return ciphertext[len(VERSION) + NONCE_BYTES : -TAG_BYTES]

    @classmethod
    def plain(cls) -> Self:
        return cls.of(bytes(32))


class PlainSealer(Sealer):
    def new_key(self) -> tuple[DataKey, bytes]:
        return PlainKey.plain(), bytes(WRAPPED_BYTES)

    def unwrap(self, wrapped: bytes) -> DataKey:
        return PlainKey.plain()


class SilentLog(AuditLog):
    async def witness(self, session: WriteSession, act: Act) -> None:
        return None

    def request_digest(self, request: bytes) -> bytes:
        return b""


class FreePace(RequestPace):
    def steps(self, client: str, officer: str | None) -> dict[bytes, float]:
        return {}


class ReadingDatabase(Database):
    """Readings as they would be without a mark: the same session, and nothing to commit."""

    @asynccontextmanager
    async def snapshot_write(self) -> AsyncIterator[WriteSession]:
        async with self.read() as session:
            yield session  # type: ignore[misc]


def bare_services(*given: Any) -> Services:
    with (
        mock.patch("app.wiring.Sealer", PlainSealer),
        mock.patch("app.wiring.AuditLog", SilentLog),
        mock.patch("app.security.access.RequestPace", FreePace),
    ):
        return build_services(*given)


async def _client(services: Services) -> httpx.AsyncClient:
    new = await services.clients.create("bench", SCOPES)
    token = services.authorisation.issuer.issue(new.id, SCOPES, services.clock.now())
    headers = {"Authorization": f"Bearer {token}", **PURPOSE}
    transport = httpx.ASGITransport(create_app(services))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=headers)


async def _timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Milliseconds by the clock, and of this process's processor: what a busy machine does not change."""
    started, spent = time.perf_counter(), time.process_time()
    answer = await call()
    taken = (time.perf_counter() - started) * 1000, (time.process_time() - spent) * 1000
    answer.raise_for_status()
    return taken


async def _overhead(home: Path, urls: tuple[str, str], mentions: int, turns: int) -> dict[str, Any]:
    held = town(home, mentions)
    databases = (Database(urls[0]), ReadingDatabase(urls[1]))
    settings = Settings(home=home, mode="demo")
    configure_logging("error", "json")
    ours, bare = (
        make(settings, url, database, KeyRing.generate(), SystemClock())
        for make, url, database in zip((build_services, bare_services), urls, databases, strict=True)
    )
    for services in (ours, bare):
        for feed, files in held.files.items():
            for file in files:
                await land_and_translate(services, feed, file)
        await services.linker.link_pending()
    taken: dict[str, list[float]] = {}
    later = [each for each in town(home, MORE * mentions).later if each[0].value in " ".join(SCOPES)]
    turns = min(turns, len(later) - WARM_UP)
    async with await _client(ours) as one, await _client(bare) as other:
        for turn in range(-WARM_UP, turns):
            feed, file = later[turn + WARM_UP]
            path, headers = f"/v1/feeds/{feed}/record", {"Content-Type": _MEDIA[form_of(file)]}
            body = file.read_bytes()  # never seen before: there are enough
            both = (("with", one), ("without", other))
            for name, client in both if turn % 2 else both[::-1]:
                put = await _timed(partial(client.put, path, content=body, headers=headers))
                got = await _timed(partial(client.get, "/v1/cases"))
                for method, spent in (("GET", got), ("PUT", put)):
                    for clock, milliseconds in zip(("", " processor"), spent, strict=True):
                        if turn >= 0:
                            taken.setdefault(f"{method}{clock} {name}", []).append(milliseconds)
        found: dict[str, Any] = {name: summary(values) for name, values in sorted(taken.items())}
        for method in ("GET", "GET processor", "PUT", "PUT processor"):
            pair = found[f"{method} with"], found[f"{method} without"]
            found[f"{method} ratio"] = {key: round(pair[0][key] / pair[1][key], 3) for key in ("p50", "p95")}
        found["GET, 20 at once, per second"] = {
            "with": await _at_once(one, turns),
            "without": await _at_once(other, turns),
        }
    started, size = time.perf_counter(), await ours.merkle.sequence()
    found["sequenced"] = {"entries": size, "seconds": round(time.perf_counter() - started, 3)}
    for database in databases:
        await database.close()
    return found


async def _at_once(client: httpx.AsyncClient, count: int, workers: int = 20) -> float:
    async def work() -> None:
        for _ in range(count // workers):
            (await client.get("/v1/cases")).raise_for_status()

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(workers)))
    return round(count // workers * workers / (time.perf_counter() - started), 1)


def _entry(number: int) -> Entry:
    person = f"person/{UUID(int=number % 100_000)}"
    return Entry(
        UUID(int=number + 1), START.at, START.kind, CLIENT, "PNP-1", None, (person,), "told", bytes(32)
    )


def _lines(count: int) -> Iterator[bytes]:
    return (acts.leaf(_entry(number)) + b"\n" for number in range(count))


def verify_lines(home: str, entries: int) -> dict[str, Any]:
    """In a process of its own: memory before, and after so many lines."""
    before, started = peak_mib(), time.perf_counter()
    found = verified_lines(_lines(entries), ())
    return {"entries": found.size, "seconds": round(time.perf_counter() - started, 1), "before_mib": before}


def verify_rows(home: str, url: str, entries: int) -> dict[str, Any]:
    """As ``verify_lines``, of the rows of a database, against a checkpoint in the middle of the log."""

    async def run() -> dict[str, Any]:
        database = Database(url, pool_size=2)
        signer = Signer("bench", bytes(32))
        log = MerkleLog(database, Signers(signer))
        started = time.perf_counter()
        note = ""
        for start in range(0, entries, 20_000):
            await _fill(database, range(start, min(start + 20_000, entries)))
            note = note if start > entries // 2 else await log.checkpoint()
        size = await log.sequence()
        filled, before = time.perf_counter(), peak_mib()
        verdict = await verify_database(database, [signer.public], [note])
        ended = time.perf_counter()
        await database.close()
        seconds = {"filled_and_sequenced": round(filled - started, 1), "verified": round(ended - filled, 1)}
        return {"entries": verdict.size, "same": verdict.size == size, **seconds, "before_mib": before}

    return asyncio.run(run())


async def _fill(database: Database, numbers: range) -> None:
    entries = [_entry(number) for number in numbers]
    names = Entry.__slots__
    rows = [tuple(getattr(entry, name) for name in names) for entry in entries]
    pending = [(entry.id, leaf_hash(acts.leaf(entry))) for entry in entries]
    async with database.write() as session:
        await copy_rows(session, "audit_entry", names, rows)
        await copy_rows(session, "audit_pending", ("entry_id", "hash"), pending)


@app.command()
def measure(
    mentions: Annotated[int, typer.Option(help="Menciones en la base / mentions held.")] = 4_000,
    turns: Annotated[int, typer.Option(help="Pedidos de cada clase / requests of each kind.")] = 200,
    lines: Annotated[int, typer.Option(help="Asientos de la exportación / entries exported.")] = 1_000_000,
    rows: Annotated[int, typer.Option(help="Asientos en la base / entries in the database.")] = 1_000_000,
) -> None:
    """Cifrado, constancia y límites / encryption, audit and limits; what verifying the log costs."""
    home = Path(os.environ.get("BENCH_HOME", ROOT / ".intertrata" / "bench")).absolute()
    found: dict[str, Any] = {}
    with rig(home) as made:
        if turns:
            with made.database() as one, made.database() as other:
                found["overhead"] = asyncio.run(_overhead(home, (one, other), mentions, turns))
        if lines:
            found["export"] = made.measure("witness:verify_lines", entries=lines)
        if rows:
            with made.database() as url:
                found["database"] = made.measure("witness:verify_rows", url=url, entries=rows)
    typer.echo(json.dumps(found, indent=1))


if __name__ == "__main__":
    app()
