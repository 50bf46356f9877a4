"""Signatures of firmware (use case L01): RSA PKCS#1 v1.5 or ECDSA, both over SHA-256."""

import base64
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from domain.pki import chains, public_keys
from domain.pki.reading import Unreadable, loaded, translated

_AT_ONCE = 1 << 20  # bytes in memory, however large a file is
_DIGEST = Prehashed(SHA256())


def digest_of(content: BinaryIO) -> bytes:
    """SHA-256 of a file of any size."""
    running = sha256()
    while piece := content.read(_AT_ONCE):
        running.update(piece)
    return running.digest()


def verify_firmware(content: BinaryIO | bytes, signature: str, certificate: str) -> str:
    """Why a signature in base64 is not that of a file, "" when it is.

    `content` is the file, or its SHA-256 digest. Raises OSError when the file cannot be read.
    """
    try:
        key = _key(certificate)
        signed = base64.b64decode(signature, validate=True)
    except Unreadable as error:
        return f"the signing certificate cannot be read: {error}"
    except ValueError:
        return "the signature is no base64"
    digest = content if isinstance(content, bytes) else digest_of(content)
    return _mismatch(key, signed, digest)


def check_signing_certificate(certificate: str, roots: str, at: datetime) -> str:
    """Why firmware signed with a certificate must not be believed at a time, "" when it may.

    `roots` are the manufacturers', in PEM.
    """
    if why := chains.problem(certificate, roots, at):
        return why
    with translated():
        return _misused(loaded(certificate))


def _key(certificate: str) -> PublicKeyTypes:
    found = loaded(certificate)
    with translated():
        return found.public_key()


def _mismatch(key: PublicKeyTypes, signature: bytes, digest: bytes) -> str:
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, digest, PKCS1v15(), _DIGEST)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(signature, digest, ec.ECDSA(_DIGEST))
        else:
            return public_keys.weakness(key)
    except (InvalidSignature, ValueError):  # ValueError: the digest has not the size of one
        return "the signature is not that of this file and certificate"
    return ""


def _misused(certificate: x509.Certificate) -> str:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return ""
    if usage.digital_signature:
        return ""
    return f"the key usage of {chains.named(certificate)} is not to sign"
