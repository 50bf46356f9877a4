"""The CertificateAuthority port in memory: for a trial that leaves nothing behind."""

from datetime import datetime

from commands.ca import serials, texts
from commands.ca.algorithm import Algorithm
from commands.ca.issuer import Issuer
from domain.ports import Clock, Subject


class MemoryAuthority:
    """A root with an intermediate authority beneath it, until the process ends."""

    def __init__(self, clock: Clock, algorithm: Algorithm = Algorithm.ECDSA) -> None:
        """`algorithm` is how it signs."""
        root = Issuer.root(Subject("Root in memory", ""), algorithm, at=clock())
        self._issuer = root.beneath(Subject("CA in memory", ""), algorithm, at=clock())
        self._clock = clock
        self._issued: set[int] = set()
        self._revoked: dict[int, datetime] = {}

    def sign(self, request: str, subject: Subject, *, days: int) -> str:
        """A certificate and that of the intermediate authority."""
        key = texts.request(request).public_key()
        made = self._issuer.for_station(key, subject, at=self._clock(), days=days)
        self._issued.add(made.serial_number)
        return texts.of(made, *self._issuer.intermediates)

    def revoke(self, serial_number: str) -> None:
        """It is on the list from now on."""
        number = serials.read(serial_number)
        if number not in self._issued:
            raise serials.unknown(serial_number)
        self._revoked.setdefault(number, self._clock())

    @property
    def root(self) -> str:
        """The certificate that vouches for all, in PEM."""
        return texts.of(self._issuer.chain[-1])

    @property
    def crl(self) -> str:
        """What is revoked, in PEM."""
        return texts.of_list(self._issuer.revocation_list(self._revoked, at=self._clock()))
