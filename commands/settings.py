"""Everything an installation can choose: `AMPLEDGER_*` in the environment, or a TOML file.

The environment goes before the file, the command line before both. A Kubernetes service that is
named like a setting (`AMPLEDGER_API_PORT=tcp://…`) is no setting and is passed over.
"""

import base64
import os
import re
from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as Unreadable

from commands import environment
from commands.certifying import AuthoritySettings
from commands.evidencing import EvidenceSettings
from commands.listening import GatewaySettings
from commands.serving import ServingSettings

PREFIX = "AMPLEDGER_"
Role = Literal["run", "gateway", "domain", "projections", "api"]

_SHORTEST_TOKEN = 16
_SECRET = frozenset({"database_url", "broker_url", "admin_token", "secret_key", "token"})
_OPS_PORTS: Mapping[Role, int] = {
    "run": 9090,
    "gateway": 9091,
    "domain": 9092,
    "projections": 9093,
    "api": 9094,
}


class SettingsError(Exception):
    """A setting is wrong or unknown; the message is one line per setting."""


class _Environment(EnvSettingsSource):
    """The environment without what Kubernetes puts there about services."""

    def __call__(self) -> dict[str, Any]:
        """What is set, by the names of the settings."""
        return {
            k: v for k, v in super().__call__().items() if not environment.is_service_link(str(v))
        }


class Settings(GatewaySettings, ServingSettings, AuthoritySettings, EvidenceSettings, BaseSettings):
    """Read once at the start of a process; deeper code receives values of it, never the record."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, validate_default=True
    )

    config: str = Field("", description="TOML file with the settings below")
    data: Path = Field(Path("data"), description="folder of the embedded database and the keys")
    database_url: str = Field(
        "",
        repr=False,
        description="postgresql://…; memory:// keeps nothing; empty: SQLite in the data folder",
    )
    broker_url: str = Field(
        "", repr=False, description="amqp://… or amqps://…; empty: inside the process"
    )
    namespace: str = Field(
        "ampledger",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$",
        description="prefix of every queue: several installations on one broker",
    )
    node: str = Field(
        "", max_length=64, description="name of this machine in logs; empty: its host name"
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="auto: console on a terminal, else json"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least important log line that is written"
    )

    ops_host: str = Field("127.0.0.1", description="address of /healthz, /readyz and /metrics")
    ops_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="port of /healthz, /readyz and /metrics; 0: any; unset: 9090 for run,"
        " 9091 gateway, 9092 domain, 9093 projections, 9094 api",
    )

    heartbeat_interval: int = Field(300, ge=1, description="s; of a station registered without one")
    call_timeout: int = Field(30, ge=1, le=3600, description="s to wait for a station's answer")
    shutdown_grace: float = Field(
        10, gt=0, description="s for finishing what is under way at the end"
    )

    files: Path | None = Field(
        None,
        description="folder of firmware and diagnostics; unset: files in the data folder",
    )
    files_max_bytes: int = Field(1 << 30, ge=1, description="bytes of the largest file accepted")
    files_ttl: float = Field(
        7, gt=0, le=365, description="days a station may fetch or bring a file it was told of"
    )
    firmware_roots: Path | None = Field(
        None,
        description="PEM file with the roots of manufacturers: certificates that firmware is signed"
        " by must descend from one; unset: any will do",
    )
    public_url: str = Field(
        "",
        description="where stations reach the HTTP API for files, e.g. https://csms.example;"
        " empty: where whoever asks reaches it",
    )

    partitions: int = Field(32, ge=1, le=1024, description="inbound queues; fixed at first use")
    domain_workers: int = Field(1, ge=1, description="how many domain processes there are")
    domain_index: int = Field(0, ge=0, description="which of them this one is, from 0")
    outbox_bytes: int = Field(
        64 << 20, ge=1 << 20, description="bytes that may wait for the broker"
    )
    lease_interval: float = Field(5, gt=0, description="s between the signs of life of a gateway")
    lease_seconds: float = Field(15, gt=0, description="s without sign of life: a gateway is dead")
    journal_retention_days: int = Field(
        0, ge=0, description="days the journal is kept; 0: for ever"
    )
    journal_heartbeats: bool = Field(default=True, description="whether heartbeats are journalled")

    admin_token: SecretStr = Field(
        SecretStr(""),
        description="bearer token of the first administrator; empty: made, printed once",
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Fernet key sealing secrets; empty: made in the data folder"
    )
    api_url: str = Field(
        "", description="where the CLI finds the API; empty: the API of this machine"
    )
    token: SecretStr = Field(
        SecretStr(""),
        description="bearer token of the CLI; empty: the administrator's of the data folder",
    )

    @field_validator("database_url")
    @classmethod
    def _database(cls, url: str) -> str:
        return _with_scheme(url, "postgresql", "postgres", "memory")

    @field_validator("broker_url")
    @classmethod
    def _broker(cls, url: str) -> str:
        return _with_scheme(url, "amqp", "amqps")

    @field_validator("public_url")
    @classmethod
    def _public(cls, url: str) -> str:
        return _with_scheme(url, "http", "https")

    @field_validator("admin_token")
    @classmethod
    def _long_enough(cls, token: SecretStr) -> SecretStr:
        if 0 < len(token.get_secret_value()) < _SHORTEST_TOKEN:
            raise ValueError(f"must have at least {_SHORTEST_TOKEN} characters")
        return token

    @field_validator("secret_key")
    @classmethod
    def _fernet_key(cls, key: SecretStr) -> SecretStr:
        if text := key.get_secret_value():
            _check_key(text)
        return key

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.domain_index >= self.domain_workers:
            raise ValueError("AMPLEDGER_DOMAIN_INDEX must be less than AMPLEDGER_DOMAIN_WORKERS")
        if self.lease_interval >= self.lease_seconds:
            raise ValueError("AMPLEDGER_LEASE_INTERVAL must be less than AMPLEDGER_LEASE_SECONDS")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there is none
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - there are none
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Command line, environment, file."""
        given = init_settings.init_kwargs if isinstance(init_settings, InitSettingsSource) else {}
        path = given.get("config") or os.environ.get(f"{PREFIX}CONFIG", "")
        file = (TomlConfigSettingsSource(settings_cls, toml_file=path),) if path else ()
        return (init_settings, _Environment(settings_cls), *file)

    @property
    def embedded(self) -> bool:
        """Whether the database lives in the data folder."""
        return not self.database_url

    def ops_port_of(self, role: Role) -> int:
        """The port of a role's ops server."""
        return _OPS_PORTS[role] if self.ops_port is None else self.ops_port


def read(**given: object) -> Settings:
    """The settings, `given` before all else (None: not given); raises SettingsError."""
    chosen = {name: value for name, value in given.items() if value not in (None, "")}
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    if strange := environment.strange(os.environ, prefix=PREFIX, known=known):
        raise SettingsError("\n".join(environment.unknown(name, known) for name in strange))
    path = str(chosen.get("config") or os.environ.get(f"{PREFIX}CONFIG", ""))
    if path and not Path(path).is_file():
        raise SettingsError(f"{PREFIX}CONFIG: there is no file {path}")
    if path:
        chosen["config"] = path
    try:
        return Settings(**chosen)  # type: ignore[arg-type]  # validated there
    except ValidationError as error:
        raise SettingsError("\n".join(map(_explain, error.errors(include_url=False)))) from None
    except Unreadable as error:
        name = re.sub(r'.*field "(\w+)".*', r"\1", str(error)).upper()
        raise SettingsError(f"{PREFIX}{name}: this is no JSON: {error.__cause__}") from None
    except TOMLDecodeError as error:
        message = f"the settings file is no TOML: {error}"
        raise SettingsError(message) from None


def _explain(error: Mapping[str, Any]) -> str:
    """One line: the setting, what it was given (no secrets), what is allowed."""
    said = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return said
    name = str(error["loc"][0])
    known = {*Settings.model_fields}
    if error["type"] == "extra_forbidden" and len(error["loc"]) == 1:
        return environment.unknown(name, known)
    allowed = Settings.model_fields[name].description if name in known else ""
    given = "" if name in _SECRET else f"={error['input']!s}"
    return f"{PREFIX}{name.upper()}{_place(error['loc'][1:])}{given}: {said} ({allowed})"


def _place(keys: tuple[int | str, ...]) -> str:
    """Where within a setting, e.g. [0].port."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)


def _check_key(text: str) -> None:
    try:
        is_key = len(base64.urlsafe_b64decode(text)) == 32
    except ValueError:
        is_key = False
    if not is_key:
        raise ValueError("must be 32 bytes in URL-safe base64: `ampledger secret-key` makes one")


def _with_scheme(url: str, *schemes: str) -> str:
    if url and urlsplit(url).scheme not in schemes:
        message = f"must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}"
        raise ValueError(message)
    return url
