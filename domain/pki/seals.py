"""The installation's signature: Ed25519, its key derived from a secret (RFC 8032, RFC 5869)."""

import base64
import binascii
from hashlib import sha256

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

_PURPOSE = b"ampledger checkpoints 1"
_ID_LENGTH = 16


class Seal:
    """Signs for an installation. The same secret makes the same key."""

    def __init__(self, secret: str) -> None:
        """`secret` is AMPLEDGER_SECRET_KEY: 32 bytes in URL-safe base64."""
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE)
        seed = derived.derive(base64.urlsafe_b64decode(secret))
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public_key)

    def sign(self, statement: bytes) -> bytes:
        """64 bytes."""
        return self._key.sign(statement)


def key_id(public_key: bytes) -> str:
    """The name of a public key: the first digits of its SHA-256."""
    return sha256(public_key).hexdigest()[:_ID_LENGTH]


def is_signed(public_key: bytes, statement: bytes, signature: str) -> bool:
    """Whether a signature, in hex, is the key's over the statement."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(bytes.fromhex(signature), statement)
    except (InvalidSignature, ValueError):
        return False
    return True


def pem(public_key: bytes) -> str:
    """A public key as other programs read it."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def read_public_key(text: str) -> bytes:
    """A public key from PEM, or from its 32 bytes in base64 or hex; raises ValueError."""
    try:
        if "BEGIN" in text:
            key = load_pem_public_key(text.encode())
            if not isinstance(key, Ed25519PublicKey):
                raise ValueError("it is no Ed25519 key")
            return key.public_bytes_raw()
        raw = _bytes_of(text.strip())
    except (binascii.Error, UnsupportedAlgorithm) as error:
        raise ValueError(str(error)) from error
    if len(raw) != 32:
        raise ValueError("an Ed25519 key has 32 bytes")
    return raw


def _bytes_of(text: str) -> bytes:
    if len(text) == 64:
        return bytes.fromhex(text)
    return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
