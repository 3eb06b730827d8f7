"""``intertrata pull-release`` against the service over a socket, and what it does with bytes that lie."""

import asyncio
import re
import shutil
import subprocess
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from app.core.settings import Settings
from app.releases.client import Caller, Ended, Pulled, PullRefused, PullUnverified, pull
from app.releases.signing import ReleaseSigner
from app.serving import bound_socket, serve_until
from app.wiring import Services
from schemas.releases import Edition, ReleaseChanges
from support.databases import Server
from support.processes import environment_for, serving_as
from support.release_kit import APPROVER, releasing


def command(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_whole_way_by_commands(database_url: str, tmp_path: Path, sample_world: Path) -> None:
    """A world ingested, released by two persons and pulled, each by the command of the guide."""
    environment = environment_for(database_url, tmp_path / "home") | {"INTERTRATA_MODE": "demo"}
    for feed, name in FEEDS.items():
        done = command(environment, "ingest", feed, str(sample_world / name))
        assert done.returncode == 0, done.stderr[-500:]
    for arguments, code in (
        (("build", "2024-B9"), "release-period-unusable"),
        (("approve", "2024-B1.1", "--who", "b", "--reason", "r"), "release-unknown"),
    ):
        refused = command(environment, "release", *arguments)
        assert (refused.returncode, refused.stderr.split(":")[0]) == (1, code)
    steps = (
        ("build", "2024-B1", "--who", "a"),
        ("approve", "2024-B1.1", "--who", "b", "--reason", "revisado"),
        ("publish", "2024-B1", "--who", "b", "--reason", "a su hora"),
    )
    for arguments in steps:
        done = command(environment, "release", *arguments)
        assert done.returncode == 0, done.stderr[-500:]
    made = command(environment, "client", "create", "INEI", "--role", "inei", "--json")
    assert made.returncode == 0, made.stderr[-500:]
    client = dict(re.findall(r'"(client_id|client_secret)": ?"([^"]+)"', made.stdout))
    with serving_as(environment) as address:
        token = httpx.post(
            f"{address}/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(client["client_id"], client["client_secret"]),
            trust_env=False,
        ).json()["access_token"]
        keys = httpx.get(
            f"{address}/v1/releases/keys", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        ).json()
        given = environment | {"INTERTRATA_CLIENT_SECRET": client["client_secret"]}
        asked = ("pull-release", address, "--client", client["client_id"], "--out", str(tmp_path / "out"))
        key = ("--public-key", keys[0]["public_key"])
        pulled = command(given, *asked, *key)
        assert pulled.returncode == 0, pulled.stderr[-500:]
        assert pulled.stdout.startswith("2024-B1.1: ")
        assert command(environment, "release", "key").stdout.strip() == keys[0]["public_key"]
        again = command(given, *asked, *key)
        assert again.stdout.startswith("sin cambios")
        other = b64encode(bytes(32)).decode()
        wrong = command(given, *asked[:-1], str(tmp_path / "other"), "--public-key", other)
        assert wrong.returncode == 1
        assert list((tmp_path / "other").iterdir()) == []
    held = tmp_path / "out" / "2024-B1.1-restricted"
    assert (held / "manifest.json").is_file()
    assert (held / "cases-department.json").is_file()
    by_guide = tmp_path / "verify.py"
    by_guide.write_text(SNIPPET)
    assert verified_by(by_guide, held, keys[0]["public_key"]) == 0
    (held / "cases-department.json").write_bytes(b"{}")
    assert verified_by(by_guide, held, keys[0]["public_key"]) != 0


GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "inei.md"
SNIPPET = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)[0]


def verified_by(script: Path, folder: Path, key: str) -> int:
    return subprocess.run(
        [sys.executable, str(script), str(folder), key], capture_output=True, check=False
    ).returncode


FEEDS = {
    "reta-pnp": "reta_pnp.csv",
    "sistra": "sistra.ndjson",
    "poder-judicial": "poder_judicial.xml",
    "linea-1818": "linea_1818.xlsx",
}


@pytest.fixture(scope="session")
def sample_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from app.world.world import World

    folder = tmp_path_factory.mktemp("world")
    World.generate(cases=60, seed=7, difficulty="easy").write(folder)
    return folder


async def test_bytes_that_lie_are_kept_nowhere(server: Server, tmp_path: Path) -> None:
    async with releasing(server, tmp_path, cases=40) as registry:
        await registry.published()
        headers = registry.reading("releases:restricted", "releases:embargo")
        honest: dict[str, httpx.Response] = {}
        paths = ["/v1/releases", "/v1/releases/2024-B1.1/manifest"]
        first = await registry.api.get(paths[0], headers=headers, params={"edition": "restricted"})
        tables = first.json()["items"][0]["manifest"]["tables"]
        paths += [f"/v1/releases/2024-B1.1/tables/{each['id']}" for each in tables]
        for path in paths:
            honest[path] = await registry.api.get(path, headers=headers, params={"edition": "restricted"})
        signer: ReleaseSigner = registry.services.releases.signer
        key = signer.public_keys()[signer.current]

    def caller(lie: str | None) -> Caller:
        def answer(request: httpx.Request) -> httpx.Response:
            if request.url.path == "/oauth/token":
                return httpx.Response(200, json={"access_token": "t"})
            found = honest.get(request.url.path)
            if found is None:
                return httpx.Response(404, json={"code": "release-not-found"})
            content = found.content
            if lie is not None and request.url.path.endswith(lie):
                content += b" "
            if request.headers.get("If-None-Match") == found.headers["etag"]:
                return httpx.Response(304, headers={"ETag": found.headers["etag"]})
            return httpx.Response(200, content=content, headers={"ETag": found.headers["etag"]})

        http = httpx.Client(base_url="http://servicio.example", transport=httpx.MockTransport(answer))
        return Caller(http, "http://servicio.example", "cl-1", "s")

    kept = (Edition.RESTRICTED, key, tmp_path / "kept")
    for lie in ("/manifest", "/tables/cases-department"):
        with pytest.raises(PullUnverified):
            pull(caller(lie), Edition.RESTRICTED, key, tmp_path / "lies")
    assert not (tmp_path / "lies").exists()
    assert [each.release for each in pull(caller(None), *kept).kept] == ["2024-B1.1"]
    assert not pull(caller(None), *kept).kept
    shutil.rmtree(tmp_path / "kept" / "2024-B1.1-restricted")
    assert pull(caller(None), *kept).kept, "a tag is believed where the folder holds what it stands for"
    with pytest.raises(PullRefused):
        caller(None).get("/v1/releases/2024-B9.9", {})


@asynccontextmanager
async def served(services: Services) -> AsyncIterator[str]:
    """Their address, over a socket."""
    stop = asyncio.Event()
    with bound_socket(Settings(port=0)) as listener:
        serving = asyncio.create_task(serve_until(services, listener, stop))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        await serving


async def test_a_correction_of_an_earlier_bimester_comes_too(server: Server, tmp_path: Path) -> None:
    """Two bimesters are out; then the first is corrected, and later that version is withdrawn."""
    async with releasing(server, tmp_path, cases=40) as registry, served(registry.services) as address:
        releases = registry.services.releases
        signer: ReleaseSigner = releases.signer
        key, clock = signer.public_keys()[signer.current], registry.clock
        clock.advance(datetime(2024, 5, 21, tzinfo=UTC) - clock.now())
        for period in ("2024-B1", "2024-B2"):
            await registry.published(period)

        def pulled() -> Pulled:
            headers = registry.reading("releases:restricted")
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as http:
                caller = Caller(http, address, "cl-1", "s", _token=headers["Authorization"].split()[1])
                return pull(caller, Edition.RESTRICTED, key, tmp_path / "out")

        first = await asyncio.to_thread(pulled)
        assert [each.release for each in first.kept] == ["2024-B1.1", "2024-B2.1"]
        assert await asyncio.to_thread(pulled) == Pulled()
        await registry.published("2024-B1")
        second = await asyncio.to_thread(pulled)
        assert [each.release for each in second.kept] == ["2024-B1.2"]
        assert second.ended == (Ended("2024-B1.1", "2024-B1.2"),)
        changes = (tmp_path / "out" / "2024-B1.2-restricted" / "changes.json").read_bytes()
        assert ReleaseChanges.model_validate_json(changes).replaces == "2024-B1.1"
        await releases.withdraw("2024-B1.2", APPROVER)
        third = await asyncio.to_thread(pulled)
        assert (third.kept, third.ended[-1]) == ((), Ended("2024-B1.2", None))
        assert await asyncio.to_thread(pulled) == third, "told again, though nothing is new"
        (tmp_path / "out" / "pulled-restricted.json").write_bytes(b'{"etag"')
        assert await asyncio.to_thread(pulled) == third, "a mark that was cut is none"
        assert (tmp_path / "out" / "2024-B1.2-restricted").is_dir(), "what was cited can be looked at"
