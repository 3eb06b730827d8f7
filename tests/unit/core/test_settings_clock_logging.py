"""Settings, time and logs."""

import json
import logging
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.core.clock import FixedClock, SystemClock, lima_day
from app.core.logging import configure_logging, get_logger, place_of
from app.core.settings import Settings
from app.db.urls import UnknownDatabase, plain_url, sqlalchemy_url, with_database


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERTRATA_HOME", "/tmp/x")
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:secret@h/d")
    settings = Settings()
    assert settings.home == Path("/tmp/x")
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://a:secret@h/d"
    assert "secret" not in repr(settings)


def test_an_empty_database_url_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert Settings().database_url is None


@pytest.fixture
def secret_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    file = tmp_path / "database_url"
    file.write_text("postgresql://a:secret@h/d\n")
    monkeypatch.setenv("INTERTRATA_DATABASE_URL_FILE", str(file))
    return file


def test_the_address_of_the_database_may_come_in_a_file(secret_file: Path) -> None:
    settings = Settings()
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() == "postgresql://a:secret@h/d"
    assert "secret@" not in repr(settings)


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_a_file_without_an_address_is_refused_and_never_means_the_embedded_server(
    secret_file: Path, content: bytes | None
) -> None:
    secret_file.unlink() if content is None else secret_file.write_bytes(content)
    with pytest.raises(ValidationError, match="file"):
        Settings()


def test_two_addresses_are_refused_without_repeating_either(
    secret_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://b:secret@h/e")
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert "secret@" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_is_understood(scheme: str) -> None:
    url = f"{scheme}://u:p%40w@h:5432/d"
    assert sqlalchemy_url(url).drivername == "postgresql+asyncpg"
    assert plain_url(url) == "postgresql://u:p%40w@h:5432/d"
    assert with_database(url, "e") == "postgresql://u:p%40w@h:5432/e"


@pytest.mark.parametrize("url", ["mysql://u:secret@h/d", "secret", "postgresql://h:port/d"])
def test_another_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(UnknownDatabase) as caught:
        sqlalchemy_url(url)
    assert "secret" not in caught.value.sentence("en")
    assert caught.value.__cause__ is None


def test_lima_is_five_hours_behind() -> None:
    assert lima_day(datetime(2026, 1, 1, 4, 59, tzinfo=UTC)).isoformat() == "2025-12-31"
    assert lima_day(datetime(2026, 1, 1, 5, 0, tzinfo=UTC)).isoformat() == "2026-01-01"


def test_clocks_are_aware() -> None:
    assert SystemClock().now().tzinfo is not None
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC))
    clock.advance(timedelta(days=1))
    assert clock.now().day == 2
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.fixture
def json_logs(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging("info", "json")
    yield capsys
    root.handlers, root.level = handlers, level


def broken() -> None:
    raise ValueError("QUISPE MAMANI")


@pytest.mark.parametrize("name", ["structlog", "stdlib"])
def test_a_logged_exception_tells_where_and_not_what(
    json_logs: pytest.CaptureFixture[str], name: str
) -> None:
    try:
        broken()
    except ValueError:
        if name == "structlog":
            get_logger("test").exception("it_failed", batch="b")
        else:
            logging.getLogger("library").exception("it_failed")
    line = json_logs.readouterr().err.strip()
    event = json.loads(line)
    assert event["event"] == "it_failed"
    assert event["error"] == "ValueError"
    assert event["places"][-1].endswith(" broken")
    assert "QUISPE" not in line


def test_a_place_is_in_our_own_code_where_it_can_be() -> None:
    with pytest.raises(UnknownDatabase) as caught:
        sqlalchemy_url("x")
    assert place_of(caught.value).startswith("app/db/urls.py:")
    assert sys.version_info >= (3, 11)
