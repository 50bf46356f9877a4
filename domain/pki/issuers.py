"""Who has signed a certificate, among those that are known."""

from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from domain.pki.reading import Unreadable, loaded, translated


def issuer_of(certificate: str, known: Iterable[str]) -> str:
    """The certificate of its issuer, PEM: itself when it is a root, "" when nobody knows him.

    Raises Unreadable for the certificate, not for what is known.
    """
    found = loaded(certificate)
    return next((each for each in (certificate, *known) if _signed_by(found, each)), "")


def _signed_by(certificate: x509.Certificate, issuer: str) -> bool:
    try:
        with translated():
            certificate.verify_directly_issued_by(loaded(issuer))
    except (Unreadable, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
