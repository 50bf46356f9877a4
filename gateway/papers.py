"""What a listener shows, and what it holds against the certificates of stations."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from domain.pki import certificates, chains, crls
from domain.pki.certificates import Certificate
from domain.pki.crls import RevocationList
from domain.pki.reading import Unreadable
from gateway.listeners import Listener
from gateway.tls import Unusable, context, text_of


@dataclass(frozen=True, slots=True)
class Papers:
    """Made of the files of a listener as they were at one moment."""

    context: ssl.SSLContext | None  # of a plain listener: none
    authorities: str = ""  # PEM
    revoked: tuple[RevocationList, ...] = ()
    expires: datetime | None = None  # the certificate that expires first

    def objection(self, certificate: Certificate) -> str:
        """Why a certificate whose chain is verified must not be believed, "" when it may."""
        if any(_is_on(each, certificate) for each in self.revoked):
            return "it was revoked"
        return ""

    def objection_to_chain(self, chain: str, at: datetime) -> str:
        """The same for a chain that somebody else has verified, or not."""
        return chains.client_problem(chain, self.authorities, at)

    def lapsed(self, at: datetime) -> tuple[str, ...]:
        """The authorities whose revocation lists should have been renewed by now."""
        return tuple(
            each.issuer for each in self.revoked if each.next_update and each.next_update < at
        )


def load(listener: Listener, at: datetime) -> Papers:
    """Read all files of a listener; blocking. Raises Unusable."""
    authorities = "".join(f"{text_of(path)}\n" for path in listener.client_ca)
    return Papers(
        context(listener, at) if listener.is_encrypted else None,
        authorities,
        tuple(each for path in listener.crl for each in _lists(path, authorities)),
        min((_expiry(pair.certificate) for pair in listener.certificates), default=None),
    )


def _lists(path: Path, authorities: str) -> tuple[RevocationList, ...]:
    """The lists of a file. One that has lapsed is heeded too: better an old list than none."""
    text = text_of(path)
    try:
        lists = crls.read(text)
    except Unreadable as error:
        raise Unusable(f"{path}: {error}") from None
    if why := crls.problem(text, authorities, min(each.this_update for each in lists)):
        raise Unusable(f"{path}: {why}")
    return lists


def _expiry(path: Path) -> datetime:
    return certificates.read(text_of(path)).not_after


def _is_on(revoked: RevocationList, certificate: Certificate) -> bool:
    return (
        revoked.issuer == certificate.issuer and certificate.serial_number in revoked.serial_numbers
    )
