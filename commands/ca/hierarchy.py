"""A root, and perhaps an authority beneath it that signs in its place, in a folder.

`root.pem`, `root.key`, `root.crl`, and the same of `issuing`. Once there is an issuing authority,
`root.key` is needed no more, and may be kept elsewhere.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography import x509

from commands.ca import disk, texts
from commands.ca.algorithm import Algorithm
from commands.ca.issuer import Issuer
from domain.ports import Subject

_ROOT, _ISSUING = "root", "issuing"


class Hierarchy:
    """Of one algorithm from top to bottom: a station may know only the one."""

    def __init__(self, folder: Path) -> None:
        """`folder` is there, or will be once it is made."""
        self._folder = folder

    def make(
        self,
        subject: Subject,
        algorithm: Algorithm,
        *,
        intermediate: bool,
        passphrase: bytes | None,
        at: datetime,
    ) -> None:
        """All of it appears at once; raises OSError, also when it is there already."""
        named = subject._replace(common_name=f"{subject.common_name} {algorithm.upper()}")
        made = {_ROOT: Issuer.root(named, algorithm, at=at)}
        if intermediate:
            beneath = named._replace(common_name=f"{named.common_name} issuing")
            made[_ISSUING] = made[_ROOT].beneath(beneath, algorithm, at=at)
        with TemporaryDirectory(dir=self._folder.parent, ignore_cleanup_errors=True) as aside:
            for who, issuer in made.items():
                _write(Path(aside) / who, issuer, passphrase, at)
            Path(aside).rename(self._folder)
        disk.sync(self._folder.parent)

    @property
    def exists(self) -> bool:
        """Whether it was made."""
        return self._folder.is_dir()

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificate of the authority that signs, and those above it; raises OSError."""
        whose = (_ISSUING, _ROOT) if self._signs == _ISSUING else (_ROOT,)
        texts_of = ((self._folder / f"{who}.pem").read_text() for who in whose)
        return tuple(texts.certificates(text)[0] for text in texts_of)

    @property
    def lists(self) -> str:
        """What its authorities have revoked, in PEM; raises OSError."""
        return "".join(path.read_text() for path in sorted(self._folder.glob("*.crl")))

    def issuer(self, passphrase: Callable[[], bytes | None]) -> Issuer:
        """The authority that signs; a sealed key asks. Raises AuthorityLocked, OSError."""
        key = (self._folder / f"{self._signs}.key").read_text()
        return Issuer(texts.key(key, passphrase), self.chain)

    def publish(self, revoked: x509.CertificateRevocationList) -> None:
        """A new list of the authority that signs; raises OSError."""
        path = self._folder / f"{self._signs}.crl"
        disk.put(path, texts.of_list(revoked), mode=disk.PUBLIC)

    @property
    def _signs(self) -> str:
        return _ISSUING if (self._folder / f"{_ISSUING}.pem").exists() else _ROOT


def _write(path: Path, issuer: Issuer, passphrase: bytes | None, at: datetime) -> None:
    certificate, key = texts.of(issuer.chain[0]), texts.of_key(issuer.key, passphrase)
    disk.put(path.with_suffix(".pem"), certificate, mode=disk.PUBLIC)
    disk.put(path.with_suffix(".key"), key, mode=disk.SECRET)
    nothing = texts.of_list(issuer.revocation_list({}, at=at))
    disk.put(path.with_suffix(".crl"), nothing, mode=disk.PUBLIC)
