"""The files that make the image and start it, as the engine reads them: closed, and true to our commands."""

import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from app.core.settings import Settings
from app.db.urls import sqlalchemy_url

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("intertrata")]
OFFICIAL = re.compile(r"postgres:\d+-[a-z]+")
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text()


def instructions(word: str) -> list[str]:
    """What follows ``word`` in the Dockerfile's last stage."""
    last = DOCKERFILE.rpartition("\nFROM ")[2].replace("\\\n", " ")
    return [line.removeprefix(word).strip() for line in last.splitlines() if line.startswith(f"{word} ")]


def test_there_is_a_database_its_migration_its_grants_the_api_and_the_worker() -> None:
    assert set(SERVICES) == {"postgres", "migrate", "grants", "api", "worker"}
    assert set(OURS) == {"migrate", "api", "worker"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["image"] == "intertrata:latest" or OFFICIAL.fullmatch(service["image"])
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "network_mode" not in service
    if name != "postgres":  # it keeps the data, and drops root by itself
        assert service["read_only"] is True
        assert "cap_add" not in service


def test_no_account_of_ours_is_root() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert all("user" not in SERVICES[name] for name in OURS)
    assert SERVICES["grants"]["user"] != "0"
    assert not SERVICES["grants"]["user"].startswith(("0:", "root"))


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_that_stays_is_watched_and_every_one_that_ends_is_waited_for(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":
        waited = [other.get("depends_on", {}).get(name) for other in SERVICES.values()]
        assert {"condition": "service_completed_successfully"} in waited
    else:
        assert name == "api" or service["healthcheck"]["test"][0] == "CMD"
    assert instructions("HEALTHCHECK")  # the API's


def test_who_works_waits_for_migrations_and_grants() -> None:
    for name in ("api", "worker"):
        assert SERVICES[name]["depends_on"] == {"grants": {"condition": "service_completed_successfully"}}
    assert set(SERVICES["grants"]["depends_on"]) == {"migrate"}


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_comes_as_a_file_and_never_as_a_value(name: str) -> None:
    service = SERVICES[name]
    for variable, value in service["environment"].items():
        if re.search(r"PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL", variable):
            assert variable.endswith("_FILE"), variable
            assert value.removeprefix("/run/secrets/") in service["secrets"]
        assert urlsplit(str(value)).password is None
    assert set(service["secrets"]) <= set(COMPOSE["secrets"])


def test_the_migration_alone_has_the_owners_address() -> None:
    assert [name for name in OURS if "owner_database_url" in SERVICES[name]["secrets"]] == ["migrate"]
    assert SERVICES["api"]["secrets"] == SERVICES["worker"]["secrets"] == ["database_url"]


def test_every_setting_of_ours_is_one_that_we_read() -> None:
    known = {f"INTERTRATA_{field.upper()}" for field in Settings.model_fields}
    named = {variable for name in OURS for variable in SERVICES[name]["environment"]}
    assert named <= known
    assert {word for line in instructions("ENV") for word in re.findall(r"INTERTRATA_\w+", line)} <= known


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_one_that_our_program_knows(name: str) -> None:
    assert instructions("ENTRYPOINT") == ['["python", "-m", "app.cli"]']
    ended = subprocess.run(
        [sys.executable, "-m", "app.cli", *SERVICES[name]["command"], "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr


def test_the_api_is_reached_from_this_machine_alone() -> None:
    """A proxy that ends TLS stands before it."""
    assert SERVICES["api"]["ports"] == ["127.0.0.1:8000:8000"]
    assert all("ports" not in service for name, service in SERVICES.items() if name != "api")


def test_what_is_written_has_a_place_that_is_no_part_of_the_image() -> None:
    """The root is read-only: state, spills and temporary files go to volumes."""
    (environment,) = [line for line in instructions("ENV") if "TMPDIR" in line]
    folders = dict(pair.split("=", 1) for pair in environment.split())
    mounted = {volume.split(":")[1]: volume.split(":")[0] for volume in SERVICES["api"]["volumes"]}
    assert mounted[folders["INTERTRATA_HOME"]] == "keys"
    assert mounted[folders["TMPDIR"]] == "spill"
    assert set(mounted.values()) <= set(COMPOSE["volumes"])
    (made,) = [line for line in instructions("RUN") if "install --directory" in line]
    assert all(folder in made for folder in mounted)  # owned by our account: a new volume takes that over


def test_every_file_that_is_copied_is_there_and_let_in() -> None:
    let_in = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        line.split()[1]
        for line in DOCKERFILE.splitlines()
        if line.startswith("COPY ") and not line.startswith("COPY --from")
    ]
    assert set(copied) == set(let_in)
    assert all((ROOT / name).exists() for name in copied)


def test_the_scripts_that_are_mounted_are_there() -> None:
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())]
    files = [name for name in mounted if name.startswith("./")]
    assert len(files) == 2
    assert all((ROOT / "docker" / name).is_file() for name in files)


def test_secrets_are_made_once_and_closed_to_other_accounts(tmp_path: Path) -> None:
    shutil.copy(ROOT / "docker" / "make_secrets.sh", tmp_path)
    made = []
    for _ in range(2):
        subprocess.run([tmp_path / "make_secrets.sh"], check=True)
        made.append({file.name: file.read_text() for file in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    assert set(made[0]) == set(COMPOSE["secrets"])
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    app, owner = (sqlalchemy_url(made[0][name]) for name in ("database_url", "owner_database_url"))
    assert (app.username, app.password) == ("intertrata_app", made[0]["app_password"])
    assert (owner.username, owner.password) == ("intertrata_owner", made[0]["owner_password"])
    assert app.host in SERVICES
    assert len(set(made[0].values())) == len(made[0])
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert "docker/secrets/" in ignored


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint is not installed in this environment (make setup installs it)")
    ended = subprocess.run(
        [linter, ROOT / "docker" / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "")
