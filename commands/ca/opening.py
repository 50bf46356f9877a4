"""From the settings to an authority."""

import shlex
from collections.abc import Callable
from functools import partial
from pathlib import Path

from commands.ca.algorithm import Algorithm
from commands.ca.checked import CheckedAuthority
from commands.ca.command import CommandAuthority
from commands.ca.folder import FolderAuthority
from commands.clock import SystemClock
from commands.settings import Settings
from domain.ports import AuthorityLocked, CertificateAuthority

Passphrase = Callable[[], bytes | None]


def authority(settings: Settings) -> CertificateAuthority:
    """Who signs the certificates of stations."""
    return checked(settings, built_in(settings))


def checked(settings: Settings, own: CertificateAuthority) -> CertificateAuthority:
    """The command that is set, else the installation's `own` authority."""
    command = shlex.split(settings.ca_command)
    return CheckedAuthority(CommandAuthority(command) if command else own, SystemClock())


def built_in(settings: Settings, passphrase: Passphrase | None = None) -> FolderAuthority:
    """The authority of the installation itself; a file's passphrase goes before `passphrase`."""
    kept = settings.ca_passphrase_file
    return FolderAuthority(
        folder_of(settings),
        Algorithm(settings.certificate_algorithm),
        passphrase=partial(_read, kept) if kept else passphrase or _none,
        clock=SystemClock(),
    )


def folder_of(settings: Settings) -> Path:
    """Of the authority of the installation itself."""
    return settings.ca_folder or settings.data / "ca"


def _none() -> None:
    """There is no passphrase."""


def _read(path: Path) -> bytes:
    """The passphrase in a file, without the end of its line; raises AuthorityLocked."""
    try:
        passphrase = path.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise AuthorityLocked(f"the file with the passphrase cannot be read: {error}") from None
    if not passphrase:
        raise AuthorityLocked(f"there is no passphrase in {path}")
    return passphrase
