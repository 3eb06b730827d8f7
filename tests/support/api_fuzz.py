"""The whole API, on a socket, asked by schemathesis: generated requests, good and bad, and chains of them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.core.settings import Settings
from app.security.scopes import SCOPES
from app.wiring import open_services
from schemas.vocabulary import Feed
from support.ingestion_kit import ingest, sample, sample_arrival
from support.processes import ROOT, environment_for, serving_as


@dataclass(frozen=True)
class Fuzzed:
    requests: int  # as the server itself counted them
    statuses: Mapping[str, int]
    ended: int
    said: str


async def prepared(database_url: str, home: Path) -> tuple[str, str]:
    """The samples delivered, and a client with every scope: its id and secret."""
    settings = Settings(home=home, database_url=database_url)
    async with open_services(settings) as services:
        for feed in Feed:
            await ingest(services.ingestion, sample_arrival(feed), sample(feed))
        await services.merkle.checkpoint()
        made = await services.clients.create("Prueba", list(SCOPES))
        return made.id, str(made.secret)


def fuzz(database_url: str, home: Path, client: tuple[str, str], options: tuple[str, ...]) -> Fuzzed:
    environment = environment_for(database_url, home) | {"INTERTRATA_IDENTITIES_PER_OFFICER_HOUR": "1000000"}
    with serving_as(environment) as address:
        (home / "openapi.json").write_text(json.dumps(described(address)))
        ours = {
            "FUZZ_ADDRESS": address,
            "FUZZ_CLIENT": client[0],
            "FUZZ_SECRET": client[1],
            "SCHEMATHESIS_HOOKS": "support.fuzz_hooks",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
            "COLUMNS": "160",
        }
        program = Path(sys.executable).with_name("schemathesis")
        command = [str(program), "run", str(home / "openapi.json"), "--url", address, "--checks", "all"]
        ended = subprocess.run(
            [*command, "--output-truncate", "false", *options],
            env=environment | ours,
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        statuses = counted(address, client)
    return Fuzzed(sum(statuses.values()), statuses, ended.returncode, ended.stdout + ended.stderr)


def described(address: str) -> Any:
    """The description, with the token named as what it is on the wire: the check of ignored credentials knows
    headers, not flows of OAuth."""
    document = httpx.get(f"{address}/openapi.json", trust_env=False).json()
    document["components"]["securitySchemes"]["oauth2"] = {"type": "http", "scheme": "bearer"}
    for operations in document["paths"].values():
        for operation in operations.values():
            if any("oauth2" in each for each in operation.get("security", ())):
                operation["security"] = [{"oauth2": []}]
    return document


def counted(address: str, client: tuple[str, str]) -> dict[str, int]:
    form = {"grant_type": "client_credentials"}
    token = httpx.post(f"{address}/oauth/token", data=form, auth=client, trust_env=False).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    lines = httpx.get(f"{address}/metrics", headers=headers, trust_env=False).text.splitlines()
    statuses: dict[str, int] = {}
    for line in lines:
        if line.startswith("intertrata_requests_total{"):
            status = line.partition('status="')[2][:3]
            statuses[status] = statuses.get(status, 0) + int(float(line.rpartition(" ")[2]))
    return statuses
