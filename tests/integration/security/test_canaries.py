"""Nothing that a run writes names anybody: canaries go in by every door, everything is broken that can be,
and they are looked for in logs, metrics, answers, and a dump of the database without its keys."""

import asyncio
import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg
import httpx
import pytest

from app.core.clock import SystemClock
from app.core.settings import Settings
from app.db.engine import Database
from app.security.keyring import KeyRing
from app.security.scopes import SCOPES
from app.wiring import build_services
from schemas.vocabulary import Feed
from support.canaries import BIRTH, DOCUMENT, NAMES, STORY, damaged, deliveries, found_in
from support.processes import GRACE, environment_for
from support.web_fixtures import PURPOSE

TYPES = {
    Feed.RETA_PNP: "text/csv",
    Feed.SISTRA: "application/x-ndjson",
    Feed.PODER_JUDICIAL: "application/xml",
    Feed.LINEA_1818: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
PATIENCE = 60  # seconds
IDENTITY = "/identity"  # the one answer that names people: that is what it is for
BODIES = (
    b'{"nombres": "' + NAMES[0].encode(),
    json.dumps({"reason": [STORY], "case": {NAMES[1]: DOCUMENT}, NAMES[0]: BIRTH}).encode(),
    NAMES[2].encode("utf-16"),
    b"[" * 2000 + NAMES[0].encode(),
)


@dataclass
class Run:
    """What one run of the service wrote, by where it wrote it."""

    written: dict[str, list[str | bytes]] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)

    def keep(self, place: str, what: str | bytes) -> None:
        self.written.setdefault(place, []).append(what)

    def answer(self, answer: httpx.Response) -> httpx.Response:
        self.statuses.add(answer.status_code)
        if not (answer.request.url.path.endswith(IDENTITY) and answer.is_success):
            self.keep("answers", answer.content)
            self.keep("answers", str(sorted(answer.headers.items())))
        return answer


@contextmanager
def service(url: str, home: Path, form: str, log: Path) -> Iterator[str]:
    """The service and its worker at the most talkative, its address, until left; it writes to ``log``."""
    settings = {"INTERTRATA_LOG_LEVEL": "debug", "INTERTRATA_LOG_FORMAT": form}
    with log.open("wb") as target:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--with-worker", "--port", "0"],
            env=environment_for(url, home) | settings,
            stdout=target,
            stderr=target,
        )
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            process.wait(timeout=GRACE)


def _address(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(PATIENCE * 10):
        lines = [line for line in log.read_text().splitlines() if line.endswith("/docs")]
        if lines:
            return lines[0].removesuffix("/docs")
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError("the service did not start")


async def credentials(url: str, home: Path) -> tuple[str, str]:
    database = Database(url, pool_size=2)
    services = build_services(Settings(home=home), url, database, KeyRing.load_or_create(home), SystemClock())
    new = await services.clients.create("Prueba de fugas", tuple(SCOPES))
    await database.close()
    assert new.secret is not None
    return new.id, new.secret


@asynccontextmanager
async def caller(address: str, url: str, home: Path) -> AsyncIterator[httpx.AsyncClient]:
    known = await credentials(url, home)
    async with httpx.AsyncClient(base_url=address, timeout=PATIENCE, trust_env=False) as api:
        answer = await api.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=known)
        api.headers.update({"Authorization": f"Bearer {answer.json()['access_token']}", **PURPOSE})
        yield api


async def deliver(api: httpx.AsyncClient, run: Run, feed: Feed, content: bytes) -> None:
    """Sent whole, and followed to its end."""
    sent = {"content": content, "headers": {"Content-Type": TYPES[feed]}}
    answer = run.answer(await api.post(f"/v1/feeds/{feed}/batches", **sent))  # type: ignore[arg-type]
    if answer.status_code != 202:
        return
    batch = answer.json()["id"]
    for _ in range(PATIENCE * 5):
        told = await api.get(f"/v1/batches/{batch}")
        if told.json().get("state") in {"done", "failed"}:
            break
        await asyncio.sleep(0.2)
    else:
        run.failed.append(f"{feed}: {told.text}")
    run.answer(told)
    run.answer(await api.get(f"/v1/batches/{batch}/issues"))


async def paths(api: httpx.AsyncClient) -> list[tuple[str, str]]:
    """Every operation, with ids of what is there."""
    cases = (await api.get("/v1/cases", params={"limit": 20})).json()["items"]
    files = [(await api.get(f"/v1/cases/{case['id']}")).json() for case in cases]
    case = next(each for each in files if each["people"])
    ids = {"case_id": case["id"], "person_id": case["people"][0]["id"], "feed": "sistra"}
    document = (await api.get("/openapi.json")).json()
    found = []
    for path, operations in document["paths"].items():
        filled = path
        for name in [part.split("}")[0] for part in path.split("{")[1:]]:
            value = ids.get(name, "1" if name in {"judgement_id", "pin_id"} else str(uuid4()))
            filled = filled.replace(f"{{{name}}}", value)
        found += [(method.upper(), filled) for method in operations]
    return found


async def call_everything(api: httpx.AsyncClient, run: Run, *, all_bodies: bool) -> None:
    for method, path in await paths(api):
        run.answer(await api.request(method, path))
        run.answer(await api.request(method, path, params={"limit": NAMES[0], "number": DOCUMENT}))
        run.answer(await api.get(f"{path}/{NAMES[0]}?{DOCUMENT}={BIRTH}"))
        if method == "GET":
            continue
        if path.startswith("/v1/feeds/"):
            continue  # delivered above; the name of a field is told to who delivers it, as the contract says
        for body in BODIES if all_bodies else BODIES[:1]:
            headers = {"Content-Type": "application/json"}
            run.answer(await api.request(method, path, content=body, headers=headers))
    for headers in ({"Authorization": f"Bearer {NAMES[0]}"}, {"Authorization": NAMES[1], "Host": NAMES[2]}):
        run.answer(await api.get("/v1/cases", headers=headers))
    form = {"grant_type": NAMES[0], "client_id": DOCUMENT, "client_secret": STORY}
    run.answer(await api.post("/oauth/token", data=form))


async def break_and_call(api: httpx.AsyncClient, run: Run, url: str) -> None:
    """Tables that are gone make defects of the server and of the worker."""
    connection = await asyncpg.connect(url)
    try:
        for table in ("mention_identity", "case_entity"):
            calls = await paths(api)
            await connection.execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
            for method, path in calls:
                run.answer(await api.request(method, path))
            fresh = deliveries()[Feed.SISTRA].replace(b"-2023-", b"-2019-")
            sent = {"content": fresh, "headers": {"Content-Type": TYPES[Feed.SISTRA]}}
            run.answer(await api.post("/v1/feeds/sistra/batches", **sent))  # type: ignore[arg-type]
            one = fresh.splitlines()[0]
            kind = {"Content-Type": "application/json"}
            run.answer(await api.put("/v1/feeds/sistra/record", content=one, headers=kind))
            await asyncio.sleep(2)  # the worker meets it
            await connection.execute(f"ALTER TABLE {table}_gone RENAME TO {table}")
    finally:
        await connection.close()


async def dump(url: str) -> list[str | bytes]:
    """Every value of every row of every table, as whoever stole a copy would have it."""
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        values: list[str | bytes] = []
        for (table,) in tables:
            for row in await connection.fetch(f'SELECT * FROM public."{table}"'):
                values += [value if isinstance(value, bytes) else str(value) for value in row]
        return values
    finally:
        await connection.close()


@pytest.fixture(params=["json", "console"])
async def run(request: pytest.FixtureRequest, database_url: str, tmp_path: Path) -> Run:
    run, log, home = Run(), tmp_path / "log", tmp_path / "home"
    with service(database_url, home, request.param, log) as address:
        async with caller(address, database_url, home) as api:
            for feed, content in (*deliveries().items(), *damaged()):
                await deliver(api, run, feed, content)
            await call_everything(api, run, all_bodies=request.param == "json")
            await break_and_call(api, run, database_url)
            run.keep("metrics", (await api.get("/metrics")).content)
            named = [path for method, path in await paths(api) if path.endswith(IDENTITY)]
            asking = {"case": "CASO-DE-PRUEBA-1", "reason": "Prueba automática"}
            opened = await api.post(named[0], json=asking)
            assert found_in([opened.content]), "the canaries did arrive, and can be read with the keys"
    run.keep("log", log.read_text())
    run.written["database"] = await dump(database_url)
    return run


async def test_no_canary_is_in_anything_that_a_run_writes(run: Run) -> None:
    assert run.failed == []
    assert {200, 202, 400, 401, 404, 422} <= run.statuses
    assert run.statuses & {500, 503}, "something was broken on purpose"
    assert "traceback" not in str(run.written["answers"]).lower()
    assert {place: found_in(what) for place, what in run.written.items()} == {
        "answers": set(),
        "metrics": set(),
        "log": set(),
        "database": set(),
    }


@pytest.mark.parametrize(
    "leak",
    [
        f"... {NAMES[0].lower()} ...",
        b"\x00" + DOCUMENT.encode() + b"\x01",
        NAMES[1].encode("utf-16-le"),
        hashlib.sha256(DOCUMENT.encode()).hexdigest(),
        hashlib.md5(f"DNI {DOCUMENT}".encode(), usedforsecurity=False).digest(),
        base64.b64encode(hashlib.sha1(NAMES[0].encode(), usedforsecurity=False).digest()).decode(),
        base64.b64encode(f"{NAMES[2]}".encode()).decode(),
    ],
)
def test_a_leak_is_found_however_it_is_written(leak: str | bytes) -> None:
    assert found_in([leak])


def test_what_holds_no_canary_is_clean() -> None:
    assert found_in(["QUISPE", b"\x00\x01", hashlib.sha256(b"QUISPE").hexdigest()]) == set()
