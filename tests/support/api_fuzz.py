"""The whole API, on a socket, asked by schemathesis: generated requests, good and bad, and chains of them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import requests
from sqlalchemy import text

from app.core.settings import Settings
from app.security import credentials
from app.security.scopes import SCOPES
from app.wiring import open_services
from schemas.vocabulary import Feed
from support.fapi_client import es256, es256_pem, jwks
from support.fapi_requests import Holder
from support.ingestion_kit import ingest, sample, sample_arrival
from support.processes import ROOT, environment_for, serving_as


@dataclass(frozen=True)
class Fuzzed:
    requests: int  # as the server itself counted them
    statuses: Mapping[str, int]
    ended: int
    said: str


@dataclass(frozen=True)
class Prepared:
    client: tuple[str, str]  # id, and secret or private key
    mode: str
    known: Mapping[str, list[str]]  # ids that are there, by the name of the parameter


_KNOWN = {
    "case_id": "SELECT id::text FROM case_entity ORDER BY number",
    "person_id": "SELECT id::text FROM person_entity ORDER BY number",
    "batch_id": "SELECT id::text FROM batch ORDER BY id",
    "judgement_id": "SELECT id::text FROM judgement ORDER BY id",
    "feed": "SELECT DISTINCT feed FROM batch ORDER BY feed",
}


async def prepared(database_url: str, home: Path, mode: str) -> Prepared:
    """The samples delivered, and a client with every scope: in the demo with a secret, else with a key."""
    settings = Settings(home=home, database_url=database_url, mode=mode)  # type: ignore[arg-type]
    pem = es256_pem()
    given = () if mode == "demo" else credentials.from_jwks(jwks(es256(pem)))
    async with open_services(settings) as services:
        for feed in Feed:
            await ingest(services.ingestion, sample_arrival(feed), sample(feed))
        await services.merkle.checkpoint()
        made = await services.clients.create("Prueba", list(SCOPES), given=given)
        async with services.database.read() as session:
            known = {name: list(await session.scalars(text(statement))) for name, statement in _KNOWN.items()}
        return Prepared((made.id, made.secret or pem), mode, known)


def fuzz(database_url: str, home: Path, ready: Prepared, options: tuple[str, ...]) -> Fuzzed:
    environment = environment_for(database_url, home) | {
        "INTERTRATA_IDENTITIES_PER_OFFICER_HOUR": "1000000",
        "INTERTRATA_MODE": ready.mode,
        "INTERTRATA_DOCS": "open",
    }
    with serving_as(environment) as address:
        document = described(address)
        (home / "openapi.json").write_text(json.dumps(document))
        (home / "schemathesis.toml").write_text(configured(document))
        ours = {
            "FUZZ_ADDRESS": address,
            "FUZZ_CLIENT": ready.client[0],
            ("FUZZ_SECRET" if ready.mode == "demo" else "FUZZ_KEY"): ready.client[1],
            "FUZZ_KNOWN": json.dumps(ready.known),
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
        statuses = counted(address, ready)
    return Fuzzed(sum(statuses.values()), statuses, ended.returncode, ended.stdout + ended.stderr)


def described(address: str) -> Any:
    """The description, with the token named as what it is on the wire: the check of ignored credentials knows
    headers, not flows of OAuth."""
    document = httpx.get(f"{address}/openapi.json", trust_env=False, timeout=60).json()
    document["components"]["securitySchemes"]["oauth2"] = {"type": "http", "scheme": "bearer"}
    for operations in document["paths"].values():
        for operation in operations.values():
            if any("oauth2" in each for each in operation.get("security", ())):
                operation["security"] = [{"oauth2": []}]
    return document


FINER = ["2xx", "3xx", "401", "403", "404", "409", "410", "413", "415", "422", "428"]
"""What a request in keeping with the description may be told: rules between its parts (422), other versions
(428), forms that one of the feeds does not take (415) cannot be said in a schema."""


def configured(document: Any) -> str:
    """The expectations. 400 counts as an answer to a good request only where a purpose stands in the body, a
    cursor is only good if it was handed out, a body may not be empty, OAuth says so (a field twice), or SDMX
    does (its code lists say what keys, versions and filters may be; 501 is what is not offered of it)."""
    lines = ["[checks.positive_data_acceptance]", f"expected-statuses = {json.dumps(FINER)}"]
    answered = json.dumps(["2xx", "3xx", "4xx", "501"])  # 501 is an answer of SDMX, not a failure
    lines += ["[checks.not_a_server_error]", f"expected-statuses = {answered}"]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            names = {each["name"] for each in operation.get("parameters", ())}
            half = "Intertrata-Officer" in names and "Intertrata-Case" not in names
            sdmx = path.startswith("/sdmx/")
            if half or "after" in names or path.endswith("/batches") or path.startswith("/oauth/") or sdmx:
                name = json.dumps(f"{method.upper()} {path}")
                lines += ["[[operations]]", f"include-name = {name}"]
                finer = [*FINER, "400", *(["501"] if sdmx else [])]
                lines += [f"checks.positive_data_acceptance.expected-statuses = {json.dumps(finer)}"]
    return "\n".join(lines) + "\n"


def metrics(address: str, ready: Prepared) -> str:
    """As the server tells the client, which asks in its mode's way."""
    url = f"{address}/metrics"
    if ready.mode == "demo":
        form = {"grant_type": "client_credentials"}
        token_url = f"{address}/oauth/token"
        token = httpx.post(token_url, data=form, auth=ready.client, trust_env=False, timeout=60).json()
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        return httpx.get(url, headers=headers, trust_env=False, timeout=60).text
    holder = Holder(address, ready.client[0], es256(ready.client[1]))
    request = requests.Request("GET", url, headers={"Authorization": f"DPoP {holder.token()}"}).prepare()
    holder.sign(request)
    with requests.Session() as session:
        return session.send(request, timeout=60).text


def counted(address: str, ready: Prepared) -> dict[str, int]:
    lines = metrics(address, ready).splitlines()
    statuses: dict[str, int] = {}
    for line in lines:
        if line.startswith("intertrata_requests_total{"):
            status = line.partition('status="')[2][:3]
            statuses[status] = statuses.get(status, 0) + int(float(line.rpartition(" ")[2]))
    return statuses
