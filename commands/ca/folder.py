"""The CertificateAuthority port in a folder: for development, and for a few stations.

ecdsa/ rsa/      an authority each, with its keys
authorities.pem  the certificates of all of them: what a gateway trusts
crl.pem          what all of them have revoked
issued/          every certificate, under its serial number
revoked/         since when, under the serial number of what is revoked
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from commands.ca import disk, serials, texts
from commands.ca.algorithm import Algorithm
from commands.ca.hierarchy import Hierarchy
from commands.ca.issuer import Issuer
from domain.ports import AuthorityAway, Clock, Subject

AUTHORITIES, CRL = "authorities.pem", "crl.pem"
_ISSUED, _REVOKED = "issued", "revoked"


class FolderAuthority:
    """Several processes may share the folder."""

    def __init__(
        self,
        folder: Path,
        algorithm: Algorithm,
        *,
        passphrase: Callable[[], bytes | None],
        clock: Clock,
    ) -> None:
        """`algorithm` is how certificates of stations are signed; `passphrase` of the keys.

        It is asked when it is needed, and may raise AuthorityLocked.
        """
        self._folder, self._algorithm = folder, algorithm
        self._passphrase, self._clock = passphrase, clock

    def make(self, subject: Subject, algorithm: Algorithm, *, intermediate: bool) -> None:
        """Another authority, beside those that are there already; raises OSError."""
        for name in (_ISSUED, _REVOKED):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        with disk.alone(self._folder):
            self._hierarchy(algorithm).make(
                subject,
                algorithm,
                intermediate=intermediate,
                passphrase=self._passphrase(),
                at=self._clock(),
            )
            self._tell()

    def sign(self, request: str, subject: Subject, *, days: int) -> str:
        """A certificate, and that of the issuing authority if there is one beneath the root."""
        key = texts.request(request).public_key()
        with _reached():
            issuer = self._issuer(self._algorithm)
            made = issuer.for_station(key, subject, at=self._clock(), days=days)
            return self._keep(made, issuer)

    def revoke(self, serial_number: str) -> None:
        """It is in crl.pem when this returns."""
        number = serials.read(serial_number)
        with _reached():
            if not self._issued(number).exists():
                raise serials.unknown(serial_number)
            hierarchy = self._issuing(_read(self._issued(number)))
            issuer = hierarchy.issuer(self._passphrase)  # if it is locked nothing has happened
            with disk.alone(self._folder):
                self._record(number)
                self._publish(hierarchy, issuer)

    def serve(
        self,
        key: CertificatePublicKeyTypes,
        algorithm: Algorithm,
        subject: Subject,
        names: tuple[str, ...],
        *,
        days: int,
    ) -> str:
        """A certificate for a listener, by the authority of an algorithm; raises ValueError."""
        with _reached():
            issuer = self._issuer(algorithm)
            return self._keep(
                issuer.for_server(key, subject, names, at=self._clock(), days=days), issuer
            )

    def relist(self) -> None:
        """Write crl.pem anew."""
        with _reached():
            for algorithm in self.authorities():
                issuer = self._issuer(algorithm)
                with disk.alone(self._folder):
                    self._publish(self._hierarchy(algorithm), issuer)

    def issued(self) -> Iterator[tuple[x509.Certificate, datetime | None]]:
        """Every certificate, and since when it is revoked; raises OSError."""
        for path in sorted((self._folder / _ISSUED).glob("*.pem")):
            found = _read(path)
            yield found, _since(self._revoked(found.serial_number))

    def authorities(self) -> dict[Algorithm, tuple[x509.Certificate, ...]]:
        """The certificates of each, the one that signs first; raises OSError."""
        known = {algorithm: self._hierarchy(algorithm) for algorithm in Algorithm}
        return {algorithm: found.chain for algorithm, found in known.items() if found.exists}

    def _issuer(self, algorithm: Algorithm) -> Issuer:
        if not (hierarchy := self._hierarchy(algorithm)).exists:
            raise AuthorityAway(
                f"there is no {algorithm.upper()} authority in {self._folder}:"
                " `ampledger ca init` makes one"
            )
        return hierarchy.issuer(self._passphrase)

    def _keep(self, made: x509.Certificate, issuer: Issuer) -> str:
        """Remember what was issued; the certificate and what goes along with it, in PEM."""
        disk.put(self._issued(made.serial_number), texts.of(made), mode=disk.PUBLIC)
        return texts.of(made, *issuer.intermediates)

    def _publish(self, hierarchy: Hierarchy, issuer: Issuer) -> None:
        revoked = self._revoked_by(issuer)
        hierarchy.publish(issuer.revocation_list(revoked, at=self._clock()))
        self._tell()

    def _record(self, number: int) -> None:
        if not (path := self._revoked(number)).exists():
            disk.put(path, self._clock().isoformat(), mode=disk.PUBLIC)

    def _tell(self) -> None:
        """What others read: whom to trust, and what not to trust any more."""
        trusted = (certificate for chain in self.authorities().values() for certificate in chain)
        disk.put(self._folder / AUTHORITIES, texts.of(*trusted), mode=disk.PUBLIC)
        lists = "".join(self._hierarchy(algorithm).lists for algorithm in Algorithm)
        disk.put(self._folder / CRL, lists, mode=disk.PUBLIC)

    def _issuing(self, made: x509.Certificate) -> Hierarchy:
        for algorithm, chain in self.authorities().items():
            if chain[0].subject == made.issuer:
                return self._hierarchy(algorithm)
        raise AuthorityAway(f"the authority that issued {made.serial_number:x} is not here")

    def _revoked_by(self, issuer: Issuer) -> dict[int, datetime]:
        name = issuer.chain[0].subject
        return {
            made.serial_number: since
            for made, since in self.issued()
            if since and made.issuer == name
        }

    def _hierarchy(self, algorithm: Algorithm) -> Hierarchy:
        return Hierarchy(self._folder / algorithm)

    def _issued(self, number: int) -> Path:
        return self._folder / _ISSUED / f"{serials.write(number)}.pem"

    def _revoked(self, number: int) -> Path:
        return self._folder / _REVOKED / serials.write(number)


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AuthorityAway(f"the folder of the authority is of no use: {error}") from None


def _read(path: Path) -> x509.Certificate:
    return texts.certificates(path.read_text())[0]


def _since(path: Path) -> datetime | None:
    return datetime.fromisoformat(path.read_text().strip()) if path.exists() else None
