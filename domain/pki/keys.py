"""A key pair of one's own, and the request to have a certificate for it (use case A02)."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from domain.pki.reading import translated


def made() -> str:
    """A new private key of the curve that TLS likes best, in PEM, not encrypted."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def request(key: str, *, common_name: str, organisation: str) -> str:
    """A PKCS#10 request in PEM, signed with the key; raises Unreadable."""
    names = [(NameOID.COMMON_NAME, common_name), (NameOID.ORGANIZATION_NAME, organisation)]
    with translated():
        subject = x509.Name([x509.NameAttribute(kind, text) for kind, text in names if text])
        builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
        return builder.sign(_loaded(key), SHA256()).public_bytes(Encoding.PEM).decode()


def _loaded(key: str) -> ec.EllipticCurvePrivateKey:
    with translated():
        loaded = load_pem_private_key(key.encode(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise ValueError("it is no EC key")  # noqa: TRY004 - translated
        return loaded
