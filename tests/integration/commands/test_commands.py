"""The command line: what a person or a script types, run as they run it."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest

from app.core.settings import Settings
from app.serving import AddressInUse, bound_socket


@dataclass
class Ended:
    code: int | None
    out: str
    err: str


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> dict[str, str]:
    return os.environ | {"DATABASE_URL": database_url, "INTERTRATA_HOME": str(tmp_path), "COLUMNS": "120"}


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app.cli", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def run(environment: dict[str, str], *arguments: str) -> Ended:
    process = await start(environment, *arguments)
    out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def serving(
    environment: dict[str, str], *arguments: str
) -> AsyncIterator[tuple[str, asyncio.subprocess.Process]]:
    process = await start(environment, "serve", "--port", "0", *arguments)
    assert process.stderr is not None
    try:
        line = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
        address = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/docs\n", line)
        assert address is not None, line
        yield address[1], process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def test_help_is_quick_and_names_the_parts(environment: dict[str, str]) -> None:
    started = time.perf_counter()
    ended = await run(environment, "--help")
    assert ended.code == 0
    assert {"serve", "worker", "db", "client", "schemas"} <= set(re.findall(r"│ (\w+)", ended.out))
    assert time.perf_counter() - started < 3  # 0.3 s on a machine at rest


async def test_help_loads_no_part(environment: dict[str, str]) -> None:
    code = (
        "import json, sys; from app import cli; cli.run(['--help']); "
        "print(json.dumps([m for m in sys.modules if m.startswith(('sqlalchemy', 'pydantic', 'app.'))]))"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, env=environment, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    assert set(json.loads(out.decode().splitlines()[-1])) == {"app.cli", "app.commands"}


async def test_a_client_made_on_the_command_line_reads_metrics_of_a_served_api(
    environment: dict[str, str],
) -> None:
    made = await run(environment, "client", "create", "Monitoreo", "--scope", "operator", "--json")
    assert made.code == 0, made.err
    client = json.loads(made.out)
    assert client["scopes"] == ["operator"]
    async with serving(environment, "--with-worker") as (address, process), httpx.AsyncClient() as http:
        grant = {"grant_type": "client_credentials"}
        answer = await http.post(
            f"{address}/oauth/token", data=grant, auth=(client["client_id"], client["client_secret"])
        )
        assert answer.status_code == 200
        assert "server" not in answer.headers
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert (await http.get(f"{address}/metrics", headers=headers)).status_code == 200
        assert (await http.get(f"{address}/metrics?secreto=QUISPE")).status_code == 401
        assert (await http.get(f"{address}/health/ready")).json() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert out == b""
    assert b"QUISPE" not in err
    assert client["client_secret"].encode() not in err
    requests = [json.loads(line) for line in err.decode().splitlines() if '"request"' in line]
    assert {line["route"] for line in requests} == {"/oauth/token", "/metrics", "/health/ready"}


async def test_a_disabled_client_is_listed_as_ended(environment: dict[str, str]) -> None:
    made = await run(environment, "client", "create", "Breve", "--scope", "feeds:read", "--json")
    client_id = json.loads(made.out)["client_id"]
    assert (await run(environment, "client", "disable", client_id)).code == 0
    (listed,) = json.loads((await run(environment, "client", "list", "--json")).out)
    assert (listed["client_id"], listed["name"]) == (client_id, "Breve")
    assert listed["disabled_at"] is not None
    assert "secret" not in str(listed)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("client", "create", "X", "--scope", "everything"), "scope-unknown"),
        (("client", "disable", "'; drop table client"), "client-unknown"),
    ],
)
async def test_a_mistake_is_one_clear_line_in_both_languages(
    environment: dict[str, str], arguments: tuple[str, ...], code: str
) -> None:
    ended = await run(environment, *arguments)
    assert (ended.code, ended.out) == (1, "")
    (line,) = ended.err.splitlines()
    assert line.startswith(f"{code}: ")
    assert " / " in line


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DATABASE_URL": "postgresql://u:QUISPE@127.0.0.1:9/x"}, "database-unavailable"),
        ({"DATABASE_URL": "mysql://u:QUISPE@127.0.0.1/x"}, "database-url-invalid"),
        ({"INTERTRATA_PORT": "QUISPE"}, "settings-invalid"),
    ],
)
async def test_a_wrong_setting_is_one_clear_line_without_its_value(
    environment: dict[str, str], change: dict[str, str], code: str
) -> None:
    ended = await run(environment | change, "client", "list")
    assert ended.code == 1
    (line,) = ended.err.splitlines()
    assert line.startswith(f"{code}: ")
    assert "QUISPE" not in line


async def test_a_database_that_is_behind_is_told_and_not_served(
    server: object, environment: dict[str, str]
) -> None:
    empty = await server.create(migrated=False)  # type: ignore[attr-defined]
    behind = environment | {"DATABASE_URL": empty}
    assert (await run(behind, "serve", "--port", "0")).err.startswith("database-not-migrated: ")
    status = await run(behind, "db", "status", "--json")
    assert (status.code, json.loads(status.out)["up_to_date"]) == (3, False)
    assert (await run(behind, "db", "upgrade")).code == 0
    assert (await run(behind, "db", "status")).code == 0


async def test_an_address_in_use_is_told(environment: dict[str, str]) -> None:
    listener = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    ended = await run(environment, "serve", "--port", str(port))
    listener.close()
    assert ended.code == 1
    assert ended.err.startswith("address-in-use: ")


async def test_keys_that_others_can_read_stop_the_service(environment: dict[str, str]) -> None:
    assert (await run(environment, "client", "list")).code == 0
    (Path(environment["INTERTRATA_HOME"]) / "keys" / "keyring.json").chmod(0o644)
    assert (await run(environment, "client", "list")).err.startswith("keys-unusable: ")


async def test_schemas_are_written_for_every_json_form(environment: dict[str, str], tmp_path: Path) -> None:
    ended = await run(environment, "schemas", "export", str(tmp_path / "out"))
    assert ended.code == 0
    names = [line.rpartition("/")[2] for line in ended.out.splitlines()]
    assert names == ["linea-1818.v1.schema.json", "reta-pnp.v1.schema.json", "sistra.v1.schema.json"]


def test_of_two_that_want_one_address_the_second_is_refused_at_once() -> None:
    with bound_socket(Settings(port=0)) as first:
        port = first.getsockname()[1]
        with pytest.raises(AddressInUse):
            bound_socket(Settings(port=port))
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass  # who reads the address may call at once


async def test_the_queue_is_told_and_what_is_held_is_released(environment: dict[str, str]) -> None:
    held = "INSERT INTO pgqueuer (priority, status, entrypoint) VALUES (0, 'failed', 'link')"
    connection = await asyncpg.connect(environment["DATABASE_URL"])
    await connection.execute(held)
    await connection.close()
    for command, expected in (
        ("status", {"queued": 0, "running": 0, "held": 1}),
        ("release", {"released": 1}),
        ("status", {"queued": 1, "running": 0, "held": 0}),
    ):
        assert json.loads((await run(environment, "queue", command, "--json")).out) == expected


async def test_a_batch_that_cannot_be_retried_is_told(environment: dict[str, str]) -> None:
    ended = await run(environment, "queue", "retry", "00000000-0000-0000-0000-000000000000")
    assert (ended.code, ended.err.partition(":")[0]) == (1, "unknown-batch")
