"""Certificates, keys and lists as PEM, and back."""

from collections.abc import Callable, Iterable

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from commands.ca.issuer import PrivateKey
from domain.pki import pem, requests
from domain.ports import AuthorityLocked, AuthorityRefused


def of(*certificates: x509.Certificate) -> str:
    """Certificates, one after the other."""
    return _joined(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def of_list(revoked: x509.CertificateRevocationList) -> str:
    return revoked.public_bytes(Encoding.PEM).decode()


def of_key(key: PrivateKey, passphrase: bytes | None) -> str:
    """A private key, encrypted if there is a passphrase."""
    sealed = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealed).decode()


def certificates(text: str) -> tuple[x509.Certificate, ...]:
    """Raises ValueError."""
    return tuple(x509.load_pem_x509_certificates(text.encode()))


def key(text: str, passphrase: Callable[[], bytes | None]) -> PrivateKey:
    """The key of an authority; raises AuthorityLocked."""
    secret = passphrase() if (sealed := "ENCRYPTED" in text) else None
    if sealed and not secret:
        raise AuthorityLocked("the key of the authority needs its passphrase")
    try:
        found = load_pem_private_key(text.encode(), secret)
    except ValueError:
        raise AuthorityLocked("the passphrase of the authority is wrong") from None
    if not isinstance(found, (ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
        raise AuthorityLocked("the key of the authority is neither RSA nor EC")
    return found


def request(text: str) -> x509.CertificateSigningRequest:
    """A request that may be signed; raises AuthorityRefused."""
    try:
        requests.read(text)
    except requests.Unfit as error:
        raise AuthorityRefused(str(error)) from None
    return x509.load_pem_x509_csr(pem.normalised(text).encode())


def _joined(parts: Iterable[bytes]) -> str:
    return b"".join(parts).decode()
