"""`ampledger ca`: an authority of one's own, and what any authority can do."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.ca.algorithm import Algorithm
from commands.refusal import Refusal
from commands.terminal.connection import settings_of
from commands.terminal.output import AsJson, plainly, show
from domain.ports import AuthorityAway, AuthorityLocked, AuthorityRefused

if TYPE_CHECKING:
    from commands.ca.work import Work

app = typer.Typer(help="Certificates, and an authority of one's own.", no_args_is_help=True)

_AUTHORITIES = ("algorithm", "common_name", "serial_number", "not_after", "fingerprint")
_ISSUED = ("serial_number", "common_name", "organisation", "key", "not_after", "revoked_at")


class Which(StrEnum):
    """One algorithm, or both."""

    ECDSA = "ecdsa"
    RSA = "rsa"
    BOTH = "both"

    @property
    def each(self) -> tuple[Algorithm, ...]:
        """One by one."""
        return tuple(Algorithm) if self is Which.BOTH else (Algorithm(self.value),)


Folder = Annotated[Path | None, typer.Option(help="of the authority [AMPLEDGER_CA_FOLDER]")]
Passphrase = Annotated[
    Path | None, typer.Option(help="file with its passphrase [AMPLEDGER_CA_PASSPHRASE_FILE]")
]
Organisation = Annotated[str, typer.Option(help="that owns it; left out: AMPLEDGER_CPO_NAME")]
Kinds = Annotated[Which, typer.Option(help="of the keys: ecdsa, rsa or both")]
Out = Annotated[Path | None, typer.Option(help="folder for the files; left out: the authority's")]
Days = Annotated[int, typer.Option(min=1, max=3650, help="that it is valid")]


@app.command()
@plainly
def init(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option(help="of the authority")] = "Ampledger CA",
    organisation: Organisation = "",
    algorithm: Kinds = Which.BOTH,
    intermediate: Annotated[
        bool, typer.Option("--intermediate", help="have one beneath the root sign")
    ] = False,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="ask for a passphrase")] = False,
    folder: Folder = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Make an authority: for development, or for a few stations."""
    secret = _new_passphrase() if encrypt else None
    with _work(context, folder, passphrase_file, lambda: secret) as work:
        work.make(name, organisation, algorithm.each, intermediate=intermediate)
        show(work.authorities(), _AUTHORITIES, as_json=False)


@app.command("show")
@plainly
def show_(context: typer.Context, *, folder: Folder = None, as_json: AsJson = False) -> None:
    """Show the authorities: of each algorithm the one that signs, then the one above it."""
    with _work(context, folder) as work:
        show(work.authorities(), _AUTHORITIES, as_json=as_json)


@app.command("list")
@plainly
def list_(context: typer.Context, *, folder: Folder = None, as_json: AsJson = False) -> None:
    """List the certificates that were issued."""
    with _work(context, folder) as work:
        show(work.issued(), _ISSUED, as_json=as_json)


@app.command()
@plainly
def server(
    context: typer.Context,
    *,
    name: Annotated[
        list[str], typer.Option(help="or address that stations reach; the first is the subject's")
    ],
    organisation: Organisation = "",
    algorithm: Kinds = Which.BOTH,
    days: Days = 365,
    out: Out = None,
    folder: Folder = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Issue the certificates of a gateway's listener, in the place of older ones."""
    with _work(context, folder, passphrase_file) as work:
        for path in work.serve(tuple(name), organisation, algorithm.each, out, days=days):
            typer.echo(path)


@app.command()
@plainly
def client(
    context: typer.Context,
    station: Annotated[str, typer.Argument(help="id of the station")],
    *,
    serial_number: Annotated[
        str, typer.Option(help="of the station, as it is registered; left out: its id")
    ] = "",
    key: Annotated[Algorithm, typer.Option(help="of its key: ecdsa or rsa")] = Algorithm.ECDSA,
    days: Annotated[
        int | None,
        typer.Option(min=1, max=3650, help="left out: AMPLEDGER_CLIENT_CERTIFICATE_DAYS"),
    ] = None,
    out: Out = None,
    folder: Folder = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Issue a key and a certificate for a station that cannot ask for one yet."""
    with _work(context, folder, passphrase_file) as work:
        typer.echo(work.equip(station, serial_number, key, out, days=days))


@app.command()
@plainly
def revoke(
    context: typer.Context,
    serial_number: Annotated[str, typer.Argument(help="of the certificate, in hex")],
    *,
    folder: Folder = None,
    passphrase_file: Passphrase = None,
) -> None:
    """Revoke a certificate: gateways that read the list refuse it from then on."""
    with _work(context, folder, passphrase_file) as work:
        work.revoke(serial_number)


@app.command()
@plainly
def crl(
    context: typer.Context, *, folder: Folder = None, passphrase_file: Passphrase = None
) -> None:
    """Write the list of revoked certificates anew, and print where it is."""
    with _work(context, folder, passphrase_file) as work:
        typer.echo(work.relist())


@contextmanager
def _work(
    context: typer.Context,
    folder: Path | None,
    passphrase_file: Path | None = None,
    passphrase: Callable[[], bytes | None] | None = None,
) -> Iterator["Work"]:
    from commands.ca.work import Work  # noqa: PLC0415 - half a second most commands need not wait

    given = {"ca_folder": folder, "ca_passphrase_file": passphrase_file}
    chosen = {name: path for name, path in given.items() if path}
    settings = settings_of(context).model_copy(update=chosen)
    try:
        yield Work(settings, passphrase or _passphrase)
    except (AuthorityAway, AuthorityLocked, AuthorityRefused) as error:
        raise Refusal(str(error)) from None


def _passphrase() -> bytes | None:
    """What whoever sits there types; scripts have a file."""
    if not sys.stdin.isatty():
        return None
    return bytes(typer.prompt("Passphrase of the authority", hide_input=True, err=True), "utf-8")


def _new_passphrase() -> bytes:
    typed = typer.prompt("New passphrase", hide_input=True, confirmation_prompt=True, err=True)
    return bytes(typed, "utf-8")
