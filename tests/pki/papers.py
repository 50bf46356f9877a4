"""Certificates, requests and lists of any shape, also those that nobody should sign."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    """It takes long to make, so there is one of each size."""
    return rsa.generate_private_key(65537, bits)


def ec_key(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


@cache
def dsa_key() -> dsa.DSAPrivateKey:
    return dsa.generate_private_key(2048)


def name(common_name: str, organisation: str = "") -> x509.Name:
    parts = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in parts if text])


@dataclass(frozen=True)
class Paper:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def key_pem(self) -> str:
        return pem_of(self.key)


def pem_of(key) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def paper(
    subject: x509.Name,
    by: "Paper | None" = None,
    *,
    key: Any = None,
    extensions: tuple = (),
    serial: int | None = None,
    since: datetime = NOON - DAY,
    until: datetime = NOON + DAY,
    **how: Any,
) -> Paper:
    """A certificate by another's key, or its own; `how` is the algorithm of the signature."""
    key = key or ec_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    algorithm = how.pop("algorithm", SHA256())
    return Paper(builder.sign((by.key if by else key), algorithm, **how), key)


def root(common_name: str = "Root", **how: Any) -> Paper:
    return paper(name(common_name), extensions=(AUTHORITY,), **how)


def leaf(by: Paper, common_name: str = "CP-1", **how: Any) -> Paper:
    return paper(name(common_name, "ACME"), by, **how)


def between(by: Paper, common_name: str = "Between", **how: Any) -> Paper:
    return paper(name(common_name), by, extensions=(AUTHORITY,), **how)


def request(key, subject: x509.Name | None = None, **how: Any) -> str:
    """A PKCS#10 request in PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject or name("CP-1", "ACME"))
    for extension in how.pop("extensions", ()):
        builder = builder.add_extension(extension, critical=False)
    algorithm = how.pop("algorithm", SHA256())
    return builder.sign(key, algorithm, **how).public_bytes(Encoding.PEM).decode()


def crl(by: Paper, *serials: int, until: datetime = NOON + DAY) -> str:
    """A list of what is revoked, in PEM."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(NOON - DAY)
        .next_update(until)
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(NOON).build()
        builder = builder.add_revoked_certificate(entry)
    return builder.sign(by.key, SHA256()).public_bytes(Encoding.PEM).decode()


def usage(**allowed: bool) -> x509.KeyUsage:
    """Of a key: nothing but what is allowed."""
    every = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{use: allowed.get(use, False) for use in every})
