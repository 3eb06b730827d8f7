"""The client of the guide works against a service in production mode, over a socket."""

import json
import subprocess
import sys
from pathlib import Path

import httpx

from support.processes import environment_for, serving_as

SCRIPT = Path(__file__).parents[2] / "docs" / "guide" / "fapi_client.py"


def run(folder: Path, environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_an_institution_gets_in_with_its_key_and_not_with_a_secret(database_url: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    environment = environment_for(database_url, home) | {"INTERTRATA_MODE": "production"}
    create = ("-m", "app.cli", "client", "create", "Fiscalía", "--scope", "changes:read", "--json")
    without = run(tmp_path, environment, *create)
    assert (without.returncode, without.stdout) == (1, "")
    assert without.stderr.startswith("client-needs-key: ")
    (tmp_path / "jwks.json").write_text(run(tmp_path, environment, str(SCRIPT), "jwks").stdout)
    assert '"d"' not in (tmp_path / "jwks.json").read_text()
    made = run(tmp_path, environment, *create, "--credential", "jwks.json")
    client = json.loads(made.stdout)
    assert "client_secret" not in client
    with serving_as(environment) as address:
        assert "intertrata-mode" not in httpx.get(f"{address}/health/live", trust_env=False).headers
        given = environment | {"INTERTRATA": address, "CLIENT_ID": client["client_id"]}
        answer = run(tmp_path, given, str(SCRIPT), "get", "/v1/changes?after=0")
        assert answer.returncode == 0, answer.stderr[-800:]
        assert json.loads(answer.stdout)["items"] == []
        stranger = given | {"CLIENT_ID": "cl-0000000000000000"}
        assert run(tmp_path, stranger, str(SCRIPT), "get", "/v1/changes?after=0").returncode != 0


def test_the_demo_mode_stays_on_this_machine_and_production_off_plain_http(
    database_url: str, tmp_path: Path
) -> None:
    environment = environment_for(database_url, tmp_path / "home")
    serve = ("-m", "app.cli", "serve", "--port", "0")
    public = {"INTERTRATA_PUBLIC_URL": "https://registro.example"}
    plain = {"INTERTRATA_MODE": "production", "INTERTRATA_PUBLIC_URL": "http://registro.example"}
    for given, arguments, code in (
        ({"INTERTRATA_MODE": "demo"}, ("--host", "0.0.0.0"), "demo-beyond-loopback"),
        ({"INTERTRATA_MODE": "demo"} | public, (), "demo-beyond-loopback"),
        (plain, (), "issuer-without-tls"),
    ):
        ended = run(tmp_path, environment | given, *serve, *arguments)
        assert (ended.returncode, ended.stderr.split(":")[0]) == (1, code)
