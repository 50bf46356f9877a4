"""A certificate as operators and decisions see it."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from domain.pki import public_keys
from domain.pki.reading import Unreadable, attribute, loaded, translated

__all__ = ["Certificate", "Unreadable", "read"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What a certificate says; whether it may be believed is another matter: see `chains`."""

    common_name: str
    organisation: str
    issuer: str  # RFC 4514
    serial_number: str  # lower case hex, no leading zeros
    not_before: datetime
    not_after: datetime
    fingerprint: str  # SHA-256 of the DER, lower case hex
    key: str  # RSA-2048, EC-secp256r1
    key_fingerprint: str  # SHA-256 of the SubjectPublicKeyInfo, lower case hex
    is_ca: bool


def read(pem: str) -> Certificate:
    """The first certificate of a PEM text; raises Unreadable."""
    found = loaded(pem)
    with translated():
        key = found.public_key()
        return Certificate(
            common_name=attribute(found.subject, NameOID.COMMON_NAME),
            organisation=attribute(found.subject, NameOID.ORGANIZATION_NAME),
            issuer=found.issuer.rfc4514_string(),
            serial_number=serial(found),
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            fingerprint=found.fingerprint(SHA256()).hex(),
            key=public_keys.described(key),
            key_fingerprint=public_keys.fingerprint(key),
            is_ca=is_ca(found),
        )


def serial(certificate: x509.Certificate) -> str:
    """In lower case hex without leading zeros (white paper 6.1)."""
    return f"{certificate.serial_number:x}"


def is_ca(certificate: x509.Certificate) -> bool:
    """Whether it may sign certificates."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False
