"""A certificate signing request, and what makes it unfit to be signed (use cases A02, A03)."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from domain.pki import pem, public_keys
from domain.pki.reading import Unreadable, attribute, translated

LONGEST = 5500  # characters: SignCertificate.req, csr


class Unfit(Exception):
    """The request must not be signed; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a request says; its subject is the wish of whoever made it, and nothing more."""

    common_name: str
    organisation: str
    key: str  # RSA-2048, EC-secp256r1
    bits: int
    key_fingerprint: str  # SHA-256 of the SubjectPublicKeyInfo, lower case hex


def read(text: str) -> Request:
    """A PEM text with one PKCS#10 request; raises Unfit."""
    if len(text) > LONGEST:
        raise Unfit(f"the request has {len(text)} characters, more than {LONGEST}")
    try:
        with translated():
            return _checked(x509.load_pem_x509_csr(pem.normalised(text).encode()))
    except Unreadable as error:
        raise Unfit(f"the request cannot be read: {error}") from None


def _checked(request: x509.CertificateSigningRequest) -> Request:
    key = request.public_key()
    if why := public_keys.weakness(key):
        raise Unfit(f"the request cannot be signed: {why}")
    if not request.is_signature_valid:
        raise Unfit("the request is not signed with the key it names")
    return Request(
        common_name=attribute(request.subject, NameOID.COMMON_NAME),
        organisation=attribute(request.subject, NameOID.ORGANIZATION_NAME),
        key=public_keys.described(key),
        bits=public_keys.bits(key),
        key_fingerprint=public_keys.fingerprint(key),
    )
