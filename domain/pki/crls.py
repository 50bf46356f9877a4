"""Certificate revocation lists (RFC 5280 section 5)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from domain.pki.reading import Unreadable, chain, translated

_BLOCK = re.compile(r"-----BEGIN X509 CRL-----[A-Za-z0-9+/=\s]*-----END X509 CRL-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """What one authority has revoked."""

    issuer: str  # RFC 4514
    serial_numbers: frozenset[str]  # lower case hex, no leading zeros
    this_update: datetime
    next_update: datetime | None


def read(text: str) -> tuple[RevocationList, ...]:
    """The lists of a PEM text; a file of them is read once, when it has changed.

    Raises Unreadable.
    """
    return tuple(_record(found) for found in _lists(text))


def revoked(serial_numbers: Iterable[str], lists: Iterable[RevocationList]) -> frozenset[str]:
    """Which of some serial numbers in hex are on one of the lists."""
    known = frozenset[str]().union(*(each.serial_numbers for each in lists))
    return frozenset(number for number in serial_numbers if number.lower().lstrip("0") in known)


def problem(text: str, authorities: str, at: datetime) -> str:
    """Why a text of lists must not be believed at a time, "" when it may.

    `authorities` are the certificates, in PEM, that the lists must be signed by.
    """
    try:
        with translated():
            signers = chain(authorities)
            for found in _lists(text):
                if why := _refusal(found, signers, at):
                    return why
    except Unreadable as error:
        return f"the revocation list cannot be read: {error}"
    return ""


def _refusal(
    found: x509.CertificateRevocationList, signers: tuple[x509.Certificate, ...], at: datetime
) -> str:
    name = found.issuer.rfc4514_string()
    if not any(_signed(found, by) for by in signers if by.subject == found.issuer):
        return f"the revocation list of {name} is not signed by a known authority"
    if found.next_update_utc and found.next_update_utc < at:
        return f"the revocation list of {name} should have been renewed at {found.next_update_utc}"
    return ""


def _signed(found: x509.CertificateRevocationList, by: x509.Certificate) -> bool:
    key = by.public_key()
    try:
        return found.is_signature_valid(key)  # type: ignore[arg-type]  # TypeError for such a key
    except TypeError:
        return False


def _lists(text: str) -> tuple[x509.CertificateRevocationList, ...]:
    found = _BLOCK.findall(text)
    if not found:
        raise Unreadable("there is no -----BEGIN X509 CRL----- in it")
    with translated():
        return tuple(x509.load_pem_x509_crl(block.encode()) for block in found)


def _record(found: x509.CertificateRevocationList) -> RevocationList:
    with translated():
        return RevocationList(
            issuer=found.issuer.rfc4514_string(),
            serial_numbers=frozenset(f"{entry.serial_number:x}" for entry in found),
            this_update=found.last_update_utc,
            next_update=found.next_update_utc,
        )
