"""What one says of a public key: its kind, its size, its fingerprint."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

_LEAST = {"RSA": 2048, "EC": 224}  # bits; white paper A00.FR.507, A02.FR.07


def described(key: PublicKeyTypes) -> str:
    """RSA-2048, EC-secp256r1, or the name of another kind."""
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA-{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC-{key.curve.name}"
    return type(key).__name__.strip("_").removesuffix("PublicKey")


def bits(key: PublicKeyTypes) -> int:
    """The size of an RSA or EC key; 0 of another kind."""
    return key.key_size if isinstance(key, (rsa.RSAPublicKey, ec.EllipticCurvePublicKey)) else 0


def weakness(key: PublicKeyTypes) -> str:
    """Why a key must not be used, "" when it may (A00.FR.507)."""
    kind, size = described(key).partition("-")[0], bits(key)
    if kind not in _LEAST:
        return f"a key of the kind {kind} is neither RSA nor EC"
    least = _LEAST[kind]
    return "" if size >= least else f"its {kind} key has {size} bits, fewer than {least}"


def fingerprint(key: PublicKeyTypes) -> str:
    """SHA-256 of the SubjectPublicKeyInfo, in lower case hex."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
