"""Where a gateway listens: a port, plain or with TLS, and the files that TLS is made of."""

import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_BACKLOG = 1024  # connections that the system holds until they are accepted


class ClientCertificates(StrEnum):
    """Whether a station shows a certificate when it comes."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """A certificate with its chain, its key, and what the key is encrypted with; PEM files."""

    certificate: Path
    key: Path
    passphrase: Path | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All of them."""
        return (self.certificate, self.key, *((self.passphrase,) if self.passphrase else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """One port. Without certificates it is plain; with several a station gets the one it can use.

    A plain one has authorities for the certificates that a trusted proxy has taken.
    """

    host: str = "0.0.0.0"  # noqa: S104 - stations come from everywhere
    port: int = 9000
    certificates: tuple[KeyPair, ...] = ()
    client_certificates: ClientCertificates = ClientCertificates.NONE
    client_ca: tuple[Path, ...] = ()
    crl: tuple[Path, ...] = ()

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return bool(self.certificates)

    @property
    def files(self) -> tuple[Path, ...]:
        """All that it is made of."""
        pairs = (path for pair in self.certificates for path in pair.files)
        return (*pairs, *self.client_ca, *self.crl)


def bind(listener: Listener) -> tuple[socket.socket, ...]:
    """Sockets that listen, one for each address that the host has; raises OSError."""
    found = socket.getaddrinfo(
        listener.host, listener.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    bound: list[socket.socket] = []
    try:
        for family, address in dict.fromkeys((each[0], each[4]) for each in found):
            bound.append(socket.create_server(address[:2], family=family, backlog=_BACKLOG))
            bound[-1].settimeout(0)
    except OSError:
        for each in bound:
            each.close()
        raise
    return tuple(bound)
