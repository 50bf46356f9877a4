"""Certificates for tests by somebody else: authorities, stations, signers of firmware."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import trustme
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate, with what leads to its root if there is such, and its key; PEM."""

    certificate: str
    key: str

    def sign(self, content: bytes) -> str:
        """A signature as SignedUpdateFirmware has it, in base64."""
        key = load_pem_private_key(self.key.encode(), None)
        if isinstance(key, rsa.RSAPrivateKey):
            return base64.b64encode(key.sign(content, padding.PKCS1v15(), SHA256())).decode()
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return base64.b64encode(key.sign(content, ec.ECDSA(SHA256()))).decode()


class Authority:
    """Signs what is laid before it."""

    def __init__(self, *, kind: trustme.KeyType = trustme.KeyType.ECDSA) -> None:
        self._ca = trustme.CA(key_type=kind)

    @cached_property
    def pem(self) -> str:
        return self._ca.cert_pem.bytes().decode()

    def pair(
        self, name: str, *, organisation: str = "Ampledger", kind: type[Key] | None = None, days=30
    ) -> Pair:
        """For a station, or for whoever signs firmware."""
        key = new_key(kind)
        return Pair(self.certify(request_of(key, name, organisation), days=days), pem_of(key))

    def certify(self, csr: str, *, days: int = 30) -> str:
        """A certificate for a request, as it was asked for; with negative days it has expired."""
        request = x509.load_pem_x509_csr(csr.encode())
        root = x509.load_pem_x509_certificate(self.pem.encode())
        end = datetime.now(UTC) + timedelta(days=days)
        builder = (
            x509.CertificateBuilder()
            .subject_name(request.subject)
            .issuer_name(root.subject)
            .public_key(request.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=60))
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_signs(), critical=True)
        )
        signed = builder.sign(_loaded(self._ca.private_key_pem.bytes()), SHA256())
        return signed.public_bytes(Encoding.PEM).decode()


def new_key(kind: type[Key] | None = None) -> Key:
    if kind is rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


def pem_of(key: Key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def request_of(key: Key, name: str, organisation: str = "") -> str:
    """A PKCS#10 request in PEM."""
    names = [(NameOID.COMMON_NAME, name), (NameOID.ORGANIZATION_NAME, organisation)]
    subject = x509.Name([x509.NameAttribute(kind, text) for kind, text in names if text])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


def _loaded(pem: bytes) -> Key:
    key = load_pem_private_key(pem, None)
    assert isinstance(key, Key)
    return key


def _signs() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
