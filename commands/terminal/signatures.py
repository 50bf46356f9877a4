"""What firmware is signed with, as files on this machine."""

import base64
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.terminal.output import USAGE, fail

_signature = typer.Option(
    "--signature", exists=True, dir_okay=False, help="file with it: in base64, or its bytes"
)
_certificate = typer.Option(
    "--certificate", exists=True, dir_okay=False, help="PEM file of who signed"
)
GivenSignature = Annotated[Path, _signature]
SignatureOf = Annotated[Path | None, _signature]
GivenCertificate = Annotated[Path, _certificate]
CertificateOf = Annotated[Path | None, _certificate]
Verify = Annotated[
    bool, typer.Option(help="whether signature and certificate are verified before they are sent")
]
InstallDate = Annotated[str, typer.Option(help="RFC 3339; from when to install")]


def given(signature: Path | None, certificate: Path | None, *, verify: bool) -> dict[str, Any]:
    """As a request to the API names them; nothing when neither is given."""
    if signature is None and certificate is None:
        return {} if verify else {"verify": False}
    if signature is None or certificate is None:
        fail("--signature and --certificate belong together", USAGE)
    return {
        "signature": _base64(signature.read_bytes()),
        "signing_certificate": _text(certificate),
        "verify": verify,
    }


def wished(
    signature: Path | None,
    certificate: Path | None,
    *,
    signed: bool,
    install_date: str,
    verify: bool,
) -> dict[str, Any]:
    """What of an update is for signed ones alone."""
    if not signed:
        if signature or certificate or install_date or not verify:
            fail("--signature, --certificate, --install-date, --no-verify are for --signed", USAGE)
        return {}
    return given(signature, certificate, verify=verify) | {"install_date": install_date}


def _base64(content: bytes) -> str:
    """Base64 stays as it is, in one line; what is none is what it would decode to."""
    text = b"".join(content.split())
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return base64.b64encode(content).decode()
    return text.decode()


def _text(certificate: Path) -> str:
    try:
        return certificate.read_text()
    except UnicodeDecodeError:
        fail(f"{certificate} is no PEM", USAGE)
