"""Whether a certificate may be believed: its chain, its time, its key.

Paths are built and checked by cryptography's verifier (RFC 5280). Its profile for web servers is
not asked for: certificates of stations have no DNS names.
"""

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from domain.pki import public_keys
from domain.pki.reading import Unreadable, chain, loaded, translated


def problem(certificates: str, roots: str, at: datetime) -> str:
    """Why a chain must not be believed at a time, "" when it may.

    `certificates` are PEM, the leaf first, then intermediates in any order; `roots` are PEM too.
    """
    try:
        with translated():
            leaf, *others = chain(certificates)
            return _refusal(leaf, others, chain(roots), at)
    except Unreadable as error:
        return f"it cannot be read: {error}"


def client_problem(certificates: str, roots: str, at: datetime) -> str:
    """The same of what a client shows: a certificate that is made for servers alone is none."""
    return problem(certificates, roots, at) or _misplaced(loaded(certificates))


def key_problem(certificate: str, key: str, password: bytes | None = None) -> str:
    """Why a private key in PEM is not that of a certificate, "" when it is."""
    try:
        with translated():
            private = load_pem_private_key(key.encode(), password)
            same = private.public_key() == loaded(certificate).public_key()
    except Unreadable as error:
        return f"the key or the certificate cannot be read: {error}"
    return "" if same else "the key is not that of the certificate"


def _refusal(
    leaf: x509.Certificate,
    others: list[x509.Certificate],
    roots: tuple[x509.Certificate, ...],
    at: datetime,
) -> str:
    for certificate in (leaf, *others):
        if why := _untimely(certificate, at) or _weak(certificate):
            return why
    try:
        _policy(roots, at).build_client_verifier().verify(leaf, others)
    except VerificationError as error:
        return f"no trusted authority vouches for {named(leaf)}: {_said(error)}"
    return ""


def _misplaced(leaf: x509.Certificate) -> str:
    try:
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    if ExtendedKeyUsageOID.CLIENT_AUTH in purposes:
        return ""
    return f"{named(leaf)} is not for clients"


def _untimely(certificate: x509.Certificate, at: datetime) -> str:
    if at < certificate.not_valid_before_utc:
        return f"{named(certificate)} is not valid before {certificate.not_valid_before_utc}"
    if at > certificate.not_valid_after_utc:
        return f"{named(certificate)} has expired at {certificate.not_valid_after_utc}"
    return ""


def _weak(certificate: x509.Certificate) -> str:
    why = public_keys.weakness(certificate.public_key())
    return f"{named(certificate)} is too weak: {why}" if why else ""


def _policy(roots: tuple[x509.Certificate, ...], at: datetime) -> PolicyBuilder:
    authority = (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs_certificates)
    )
    return (
        PolicyBuilder()
        .store(Store(list(roots)))
        .time(at)
        .extension_policies(ca_policy=authority, ee_policy=ExtensionPolicy.permit_all())
    )


def _signs_certificates(
    _policy: Policy,
    _certificate: x509.Certificate,
    usage: x509.KeyUsage | None,
) -> None:
    if usage and not usage.key_cert_sign:
        raise ValueError("its key usage is not to sign certificates")


def _said(error: VerificationError) -> str:
    """The library's reason without its account of where it was."""
    return str(error).removeprefix("validation failed: ").partition(" (encountered")[0]


def named(certificate: x509.Certificate) -> str:
    """How people know it."""
    return f"the certificate {certificate.subject.rfc4514_string() or 'without a name'}"
