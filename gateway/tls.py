"""The TLS of a listener (white paper A00.FR.312-324, 416-428, 507), and what its failures are."""

import ssl
from datetime import datetime
from pathlib import Path

from domain.pki import certificates, chains, strength
from domain.pki.reading import Unreadable
from gateway.listeners import ClientCertificates, KeyPair, Listener

# The four suites that TC_086 demands, and those with forward secrecy for RSA certificates.
_SUITES = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
)
_VERIFY = {
    ClientCertificates.NONE: ssl.CERT_NONE,
    ClientCertificates.OPTIONAL: ssl.CERT_OPTIONAL,
    ClientCertificates.REQUIRED: ssl.CERT_REQUIRED,
}


class Unusable(Exception):
    """A file cannot be used; the message names it and says why."""


def context(listener: Listener, at: datetime) -> ssl.SSLContext:
    """What a listener says of itself and asks of stations; blocking. Raises Unusable."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # without compression, as the library makes it
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    made.set_ciphers(":".join(_SUITES))
    for pair in listener.certificates:
        _check(pair, at)
        _present(made, pair)
    made.verify_mode = _VERIFY[listener.client_certificates]
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # an authority below a root will do
    for path in listener.client_ca:
        _trust(made, path)
    return made


def text_of(path: Path) -> str:
    """The text of a PEM file; raises Unusable."""
    return bytes_of(path).decode("ascii", errors="replace")


def bytes_of(path: Path) -> bytes:
    """What is in a file; raises Unusable."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror}") from None


def kind_of(error: BaseException) -> str:
    """What a failed handshake failed of, for counts and logs."""
    if isinstance(error, ssl.SSLError):
        return _KINDS.get(error.reason or "", "other")
    return "timeout" if isinstance(error, ConnectionAbortedError | TimeoutError) else "lost"


_KINDS = {
    "UNSUPPORTED_PROTOCOL": "version",
    "VERSION_TOO_LOW": "version",
    "WRONG_VERSION_NUMBER": "no_tls",
    "HTTP_REQUEST": "no_tls",
    "WRONG_SSL_VERSION": "no_tls",
    "RECORD_LAYER_FAILURE": "no_tls",
    "NO_SHARED_CIPHER": "cipher",
    "NO_SUITABLE_SIGNATURE_ALGORITHM": "cipher",
    "PEER_DID_NOT_RETURN_A_CERTIFICATE": "no_certificate",
    "CERTIFICATE_VERIFY_FAILED": "certificate",
    "TLSV1_ALERT_UNKNOWN_CA": "distrusted",  # what stations say of our certificate
    "SSLV3_ALERT_BAD_CERTIFICATE": "distrusted",
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "distrusted",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "distrusted",
}


def _check(pair: KeyPair, at: datetime) -> None:
    text = text_of(pair.certificate)
    try:
        found, weakness = certificates.read(text), strength.weakness(text)
    except Unreadable as error:
        raise Unusable(f"{pair.certificate}: {error}") from None
    if weakness:
        raise Unusable(f"{pair.certificate}: {weakness}")
    if found.not_after <= at:
        raise Unusable(f"{pair.certificate}: the certificate expired at {found.not_after}")
    if why := chains.key_problem(text, text_of(pair.key), _passphrase(pair)):
        raise Unusable(f"{pair.key}: {why}")


def _present(made: ssl.SSLContext, pair: KeyPair) -> None:
    secret = _passphrase(pair) or b""  # never nothing: the library would ask on the terminal
    try:
        made.load_cert_chain(pair.certificate, pair.key, password=lambda: secret)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise Unusable(f"{pair.certificate}, {pair.key}: {error}") from None


def _passphrase(pair: KeyPair) -> bytes | None:
    if pair.passphrase is None:
        return None
    return bytes_of(pair.passphrase).rstrip(b"\r\n")


def _trust(made: ssl.SSLContext, path: Path) -> None:
    try:
        made.load_verify_locations(cafile=path)
    except OSError as error:
        raise Unusable(f"{path}: there is no certificate in it: {error}") from None
