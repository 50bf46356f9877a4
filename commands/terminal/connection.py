"""From the options of the command line to the settings, and to the API they lead to."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from commands import kept, links, settings
from commands.client import Client
from commands.refusal import Refusal
from commands.settings import Settings

if TYPE_CHECKING:
    from commands.upkeep import Upkeep

Config = Annotated[Path | None, typer.Option(help="TOML file with settings [AMPLEDGER_CONFIG]")]
Data = Annotated[Path | None, typer.Option(help="data folder [AMPLEDGER_DATA, ./data]")]


class Files(NamedTuple):
    """What the options before the command say."""

    config: Path | None = None
    data: Path | None = None


def settings_of(context: typer.Context, files: Files | None = None) -> Settings:
    """The settings; options go before the environment; raises SettingsError."""
    general: Files = context.obj
    chosen = files or Files()
    return settings.read(config=chosen.config or general.config, data=chosen.data or general.data)


def client_of(context: typer.Context) -> Client:
    """The API, as the user that the settings or the data folder have the token of.

    On this machine it is known by its certificate. Raises SettingsError, OSError, Refusal without
    a token.
    """
    chosen = settings_of(context)
    if token := token_of(chosen):
        certificate = None if chosen.api_url else chosen.api_certificate
        return Client(url_of(chosen), token, certificate=certificate)
    raise Refusal(
        f"no token of the API: set AMPLEDGER_TOKEN, or let --data name the folder of"
        f" `ampledger run` (it is {chosen.data} now)"
    )


def upkeep(context: typer.Context) -> AbstractContextManager["Upkeep"]:
    """The database itself; entering raises Unavailable, SettingsError."""
    from commands.upkeep import upkeep_of  # noqa: PLC0415 - a second most commands need not wait

    return upkeep_of(settings_of(context))


def url_of(chosen: Settings) -> str:
    """Where the API is: as set, else on this machine."""
    return chosen.api_url or links.here(chosen)


def token_of(chosen: Settings) -> str:
    """AMPLEDGER_TOKEN, AMPLEDGER_ADMIN_TOKEN, or what `ampledger run` left in the data folder."""
    given = chosen.token.get_secret_value() or chosen.admin_token.get_secret_value()
    path = chosen.data / kept.ADMIN_TOKEN
    return given or (path.read_text().strip() if path.is_file() else "")
