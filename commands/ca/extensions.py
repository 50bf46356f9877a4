"""What a certificate says of its use (RFC 5280 section 4.2), by whose certificate it is."""

from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import (
    CertificateIssuerPublicKeyTypes,
    CertificatePublicKeyTypes,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

Stated = tuple[x509.ExtensionType, bool]  # and whether it is critical


def of_authority(
    key: CertificatePublicKeyTypes, by: CertificateIssuerPublicKeyTypes, *, depth: int
) -> tuple[Stated, ...]:
    """It signs certificates, of so many authorities beneath it, and lists of revoked ones."""
    return (
        (x509.BasicConstraints(ca=True, path_length=depth), True),
        (_usage(signs_certificates=True), True),
        *_identifiers(key, by),
    )


def of_station(
    key: CertificatePublicKeyTypes, by: CertificateIssuerPublicKeyTypes
) -> tuple[Stated, ...]:
    """It proves who connects."""
    return (*_leaf(_usage(signs=True), ExtendedKeyUsageOID.CLIENT_AUTH), *_identifiers(key, by))


def of_server(
    key: CertificatePublicKeyTypes, by: CertificateIssuerPublicKeyTypes, names: tuple[str, ...]
) -> tuple[Stated, ...]:
    """It proves who is reached; the suites without ephemeral keys of TC_086 encipher with RSA."""
    usage = _usage(signs=True, enciphers=isinstance(key, rsa.RSAPublicKey))
    alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
    return (
        *_leaf(usage, ExtendedKeyUsageOID.SERVER_AUTH),
        *_identifiers(key, by),
        (alternatives, False),
    )


def signer(key: CertificateIssuerPublicKeyTypes) -> x509.AuthorityKeyIdentifier:
    """Whose key has signed."""
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key)


def _leaf(usage: x509.KeyUsage, purpose: x509.ObjectIdentifier) -> tuple[Stated, ...]:
    return (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage, True),
        (x509.ExtendedKeyUsage([purpose]), False),
    )


def _identifiers(
    key: CertificatePublicKeyTypes, by: CertificateIssuerPublicKeyTypes
) -> tuple[Stated, ...]:
    return ((x509.SubjectKeyIdentifier.from_public_key(key), False), (signer(by), False))


def _usage(
    *, signs: bool = False, enciphers: bool = False, signs_certificates: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        key_encipherment=enciphers,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
