"""Who signs certificates: keys, an authority's own certificates, those it issues, its list.

RSA signs by PKCS#1 v1.5 and SHA-256, EC by ECDSA and SHA-256; never PSS, which test tools and some
stations do not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from commands.ca import extensions
from commands.ca.algorithm import Algorithm
from domain.ports import Subject

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_SLOW = timedelta(hours=1)  # by which the clock of whoever checks may be behind
_LIFE = timedelta(days=20 * 365)  # of an authority
_BITS = {True: 3072, False: 2048}  # of an authority, of others


def new_key(algorithm: Algorithm, *, lasting: bool = False) -> PrivateKey:
    """A key to sign with; a lasting one is that of an authority."""
    if algorithm is Algorithm.ECDSA:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=_BITS[lasting])


@dataclass(frozen=True, slots=True)
class Issuer:
    """An authority that signs; `chain` is its certificate, and those above it up to the root."""

    key: PrivateKey
    chain: tuple[x509.Certificate, ...]

    @classmethod
    def root(cls, subject: Subject, algorithm: Algorithm, *, at: datetime) -> Self:
        """One that vouches for itself."""
        key, name = new_key(algorithm, lasting=True), _name(subject)
        builder = _builder(name, name, key.public_key(), (at - _SLOW, at + _LIFE))
        stated = extensions.of_authority(key.public_key(), key.public_key(), depth=1)
        return cls(key, (_signed(builder, stated, key),))

    def beneath(self, subject: Subject, algorithm: Algorithm, *, at: datetime) -> "Issuer":
        """One that this one vouches for."""
        key = new_key(algorithm, lasting=True)
        stated = extensions.of_authority(key.public_key(), self.key.public_key(), depth=0)
        until = at + _LIFE
        return Issuer(
            key, (self._issued(key.public_key(), subject, stated, at, until), *self.chain)
        )

    def for_station(
        self, key: CertificatePublicKeyTypes, subject: Subject, *, at: datetime, days: int
    ) -> x509.Certificate:
        """The certificate a station shows when it connects."""
        stated = extensions.of_station(key, self.key.public_key())
        return self._issued(key, subject, stated, at, at + timedelta(days=days))

    def for_server(
        self,
        key: CertificatePublicKeyTypes,
        subject: Subject,
        names: tuple[str, ...],
        *,
        at: datetime,
        days: int,
    ) -> x509.Certificate:
        """The certificate of a listener that is reached by some names or addresses."""
        stated = extensions.of_server(key, self.key.public_key(), names)
        return self._issued(key, subject, stated, at, at + timedelta(days=days))

    def revocation_list(
        self, revoked: Mapping[int, datetime], *, at: datetime
    ) -> x509.CertificateRevocationList:
        """Of serial numbers, and since when; good until the next one, however late that comes."""
        own = self.chain[0]
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(own.subject)
            .last_update(at - _SLOW)
            .next_update(own.not_valid_after_utc)
            .add_extension(x509.CRLNumber(int(at.timestamp() * 1000)), critical=False)
            .add_extension(extensions.signer(self.key.public_key()), critical=False)
        )
        for number, since in revoked.items():
            entry = x509.RevokedCertificateBuilder().serial_number(number).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self.key, SHA256())

    @property
    def intermediates(self) -> tuple[x509.Certificate, ...]:
        """What goes along with a certificate: all but the root, which whoever checks must have."""
        return self.chain[:-1]

    def _issued(
        self,
        key: CertificatePublicKeyTypes,
        subject: Subject,
        stated: tuple[extensions.Stated, ...],
        at: datetime,
        until: datetime,
    ) -> x509.Certificate:
        own = self.chain[0]
        valid = max(at - _SLOW, own.not_valid_before_utc), min(until, own.not_valid_after_utc)
        return _signed(_builder(_name(subject), own.subject, key, valid), stated, self.key)


def _name(subject: Subject) -> x509.Name:
    names = (
        (NameOID.ORGANIZATION_NAME, subject.organisation),
        (NameOID.COMMON_NAME, subject.common_name),
    )
    return x509.Name([x509.NameAttribute(kind, text) for kind, text in names if text])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: CertificatePublicKeyTypes,
    valid: tuple[datetime, datetime],
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
    )


def _signed(
    builder: x509.CertificateBuilder, stated: tuple[extensions.Stated, ...], key: PrivateKey
) -> x509.Certificate:
    for extension, critical in stated:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(key, SHA256())
