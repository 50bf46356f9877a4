"""`ampledger settings`, `ampledger secret-key`."""

import typer

from commands import kept
from commands.settings import PREFIX, Settings
from commands.terminal.output import AsJson, plainly, show


@plainly
def settings(*, as_json: AsJson = False) -> None:
    """List all settings, with their defaults and purposes."""
    rows = [
        {"name": f"{PREFIX}{name.upper()}", "default": str(field.default), "is": field.description}
        for name, field in Settings.model_fields.items()
    ]
    show(rows, ("name", "default", "is"), as_json=as_json)


def secret_key() -> None:
    """Print a new key for AMPLEDGER_SECRET_KEY."""
    typer.echo(kept.new_secret_key())
