"""Signatures of meters: ECDSA over SHA-256, on the curves that OCMF names.

Keys come in whatever form a station, a type plate or a person has them.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from domain.pki import public_keys
from domain.pki.reading import Unreadable, translated

_Curve = Callable[[], ec.EllipticCurve]
CURVES: Mapping[str, _Curve] = MappingProxyType(  # as OCMF spells them, folded
    {
        "secp192r1": ec.SECP192R1,
        "secp256r1": ec.SECP256R1,
        "secp256k1": ec.SECP256K1,
        "secp384r1": ec.SECP384R1,
        "brainpool256r1": ec.BrainpoolP256R1,
        "brainpoolp256r1": ec.BrainpoolP256R1,
        "brainpool384r1": ec.BrainpoolP384R1,
        "brainpoolp384r1": ec.BrainpoolP384R1,
    }
)
_UNCOMPRESSED = b"\x04"
_LONGEST = 4096  # characters of a key
_PEM = "-----BEGIN"
_OCA = "oca:"  # oca:base16:asn1:… (OCA, signed meter values in OCPP)


class UnsupportedCurve(Exception):
    """The curve cannot be computed here; the message names it."""


@dataclass(frozen=True, slots=True)
class MeterKey:
    """A meter's public key."""

    key: ec.EllipticCurvePublicKey

    @property
    def curve(self) -> str:
        """The name of its curve."""
        return self.key.curve.name

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the SubjectPublicKeyInfo, in hex."""
        return public_keys.fingerprint(self.key)

    @property
    def text(self) -> str:
        """The SubjectPublicKeyInfo (DER) in hex: what one form all others come down to."""
        return self.key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()

    def is_on(self, curve: str) -> bool:
        """Whether it is on a curve that OCMF names; raises UnsupportedCurve."""
        return _curve(curve).name == self.curve

    def has_signed(self, data: bytes, signature: bytes) -> bool:
        """Whether a signature (DER, or r and s side by side) is this key's over some data."""
        try:
            self.key.verify(self._der(signature), data, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

    def _der(self, signature: bytes) -> bytes:
        size = (self.key.curve.key_size + 7) // 8
        if len(signature) != 2 * size:
            return signature
        return encode_dss_signature(
            int.from_bytes(signature[:size]), int.from_bytes(signature[size:])
        )


def read(text: str, curve: str = "secp256r1") -> MeterKey:
    """A key: PEM, or DER or a bare point in hex or base64; `curve` is that of a bare point.

    Raises Unreadable, UnsupportedCurve.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        raise Unreadable("it is too long for a public key")
    try:
        return MeterKey(_loaded(stripped, curve))
    except UnsupportedAlgorithm as error:
        raise UnsupportedCurve(str(error)) from None


def signed(data: bytes, private_key: str) -> bytes:
    """What a meter makes of its readings: a signature in DER."""
    with translated():
        return _private(private_key).sign(data, ec.ECDSA(SHA256()))


def public_key_of(private_key: str) -> str:
    """The public key of a private key in PEM, as meters tell it: DER in hex."""
    with translated():
        return MeterKey(_private(private_key).public_key()).text


def _private(text: str) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(text.encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("it is no EC key")  # noqa: TRY004 - translated
    return key


def _curve(name: str) -> ec.EllipticCurve:
    found = CURVES.get(name.casefold())
    if found is None:
        raise UnsupportedCurve(f"the curve {name} is none that can be computed here")
    return found()


def _loaded(text: str, curve: str) -> ec.EllipticCurvePublicKey:
    if text.startswith(_PEM):
        return _elliptic(text.encode(), pem=True)
    raw = _raw(text)
    if raw[:4] == _OCA.encode():  # the whole of it was in base64
        return _loaded(raw.decode(errors="replace"), curve)
    if raw[:1] == b"\x30":
        return _elliptic(raw, pem=False)
    return _point(raw, curve)


def _raw(text: str) -> bytes:
    if text.startswith(_OCA):
        text = text.rpartition(":")[2]
    compact = "".join(text.split())
    for decode in (bytes.fromhex, lambda t: base64.b64decode(t, validate=True)):
        try:
            return decode(compact)
        except (ValueError, binascii.Error):
            continue
    raise Unreadable("it is neither PEM nor hex nor base64")


def _elliptic(encoded: bytes, *, pem: bool) -> ec.EllipticCurvePublicKey:
    try:
        key = (load_pem_public_key if pem else load_der_public_key)(encoded)
    except (ValueError, TypeError) as error:
        raise Unreadable(str(error) or "it is no public key") from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise Unreadable(f"it is a key of the kind {public_keys.described(key)}, not ECDSA")
    return key


def _point(raw: bytes, curve: str) -> ec.EllipticCurvePublicKey:
    """A bare point; its first byte may be left out when it is not compressed."""
    on = _curve(curve)
    if len(raw) == 2 * ((on.key_size + 7) // 8):
        raw = _UNCOMPRESSED + raw
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(on, raw)
    except ValueError:
        raise Unreadable(f"it is no public key, nor a point of {curve}") from None
