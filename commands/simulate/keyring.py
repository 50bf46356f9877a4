"""What a simulated station proves itself with, and whom it trusts; kept in a file if it is told."""

import json
import os
import re
import ssl
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

SYSTEM, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
MUTUAL = 3  # the security profile whose station shows a certificate
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){16,20}")


def _none() -> dict[str, list[str]]:
    return {SYSTEM: [], MANUFACTURER: []}


@dataclass(slots=True)
class Keyring:
    """Secrets of one station, and the root certificates it has installed; all in PEM."""

    profile: int = 0
    password: str = ""
    chain: str = ""  # its own certificate, and those that vouch for it
    key: str = ""
    meter: str = ""  # what its meter signs with, when it does
    roots: dict[str, list[str]] = field(default_factory=_none)
    file: Path | None = None  # None: in memory only

    @classmethod
    def read(cls, file: Path) -> Self:
        """What a station has kept; raises OSError, ValueError."""
        return cls(**json.loads(file.read_text()), file=file)

    def keep(self) -> None:
        """Write it down, for nobody else to read; raises OSError."""
        if self.file is None:
            return
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = {name: value for name, value in asdict(self).items() if name != "file"}
        _write(beside := self.file.with_suffix(".new"), json.dumps(told))
        beside.replace(self.file)

    def tls(self, profile: int) -> ssl.SSLContext:
        """How it speaks TLS: 1.2 or newer, and with its certificate when it is asked for one."""
        context = ssl.create_default_context(cadata="\n".join(self.roots[SYSTEM]) or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if profile == MUTUAL:
            self._show(context)
        return context

    def _show(self, context: ssl.SSLContext) -> None:
        """The library reads certificates from files only."""
        with TemporaryDirectory(prefix="ampledger-") as folder:  # of mode 0700
            _write(file := Path(folder) / "station.pem", f"{self.chain.strip()}\n{self.key}")
            context.load_cert_chain(file)


def proof(password: str) -> bytes:
    """A password as it is presented: 32-40 hex digits stand for bytes (OCPP-J 1.6 section 6.2)."""
    return bytes.fromhex(password) if _HEX.fullmatch(password) else password.encode()


def _write(file: Path, text: str) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as target:
        target.write(text)
