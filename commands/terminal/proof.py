"""`ampledger proof`: what is billed, proven; and proofs of others, checked."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.client import path_of
from commands.refusal import Refusal
from commands.terminal.connection import client_of
from commands.terminal.output import plainly, show

if TYPE_CHECKING:
    from commands.proofs.told import Told

_COLUMNS = ("verdict", "what", "why")


@plainly
def proof(
    context: typer.Context,
    number: Annotated[int | None, typer.Argument(help="OCPP transaction id", min=1)] = None,
    *,
    html: Annotated[Path | None, typer.Option(help="write a page for people")] = None,
    as_json: Annotated[Path | None, typer.Option("--json", help="write the bundle")] = None,
    meter_key: Annotated[str, typer.Option(help="public key of the meter, or a file with it")] = "",
    check: Annotated[
        Path | None, typer.Option(help="check a bundle, or a page of one, and ask nobody")
    ] = None,
    public_key: Annotated[
        str, typer.Option(help="that checkpoints are signed with, or a file with it")
    ] = "",
) -> None:
    """Prove a transaction, or check a proof.

    It is told in lines, one for each thing that was looked at. Exit code 1: a check failed.
    """
    from commands.proofs import page, told  # noqa: PLC0415 - half a second most commands need not wait
    from domain.evidence import bundle  # noqa: PLC0415 - as above

    key = told.public_key(public_key)
    if (number is None) == (check is None):
        raise Refusal("name either a transaction or, with --check, a file")
    if check is not None:
        found, further = told.handed_over(check)
        _show(told.tell(found, key, further))
        return
    made = client_of(context).document(
        path_of("transactions", number, "proof"),
        "application/json",
        meter_key=told.in_one_line(told.key_text(meter_key)),
    )
    if as_json:
        as_json.write_bytes(made)
    if html:
        html.write_text(page.page(made))
    _show(told.tell(bundle.read(made), key))


def _show(told: "Told") -> None:
    typer.echo(told.headline)
    show(told.rows, _COLUMNS, as_json=False, headed=False)
    if told.failed:
        raise typer.Exit(1)
