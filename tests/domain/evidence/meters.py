"""Meters that sign: keys on every curve, and readings as meters write them."""

import base64
import json
from collections.abc import Iterable, Sequence

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CURVES = {
    "secp192r1": ec.SECP192R1(),
    "secp256r1": ec.SECP256R1(),
    "secp256k1": ec.SECP256K1(),
    "secp384r1": ec.SECP384R1(),
    "brainpool256r1": ec.BrainpoolP256R1(),
    "brainpool384r1": ec.BrainpoolP384R1(),
}
FIRST = ("B", "2026-05-04T10:00:00,000+0200 S", "1000.000")
LAST = ("E", "2026-05-04T11:00:00,000+0200 S", "1007.451")


class Meter:
    """A meter with a key of its own."""

    def __init__(self, curve: str = "secp256r1") -> None:
        self.curve = curve
        self._key = ec.generate_private_key(CURVES[curve])

    @property
    def public(self) -> bytes:
        key = self._key.public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self) -> str:
        key = self._key.public_key()
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def point(self) -> bytes:
        key = self._key.public_key()
        return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, payload: str) -> bytes:
        return self._key.sign(payload.encode(), ec.ECDSA(SHA256()))

    def ocmf(
        self,
        readings: Iterable[Sequence[str]] = (FIRST, LAST),
        *,
        encoding: str = "hex",
        raw: bool = False,
        register: str = "1-b:1.8.0",
        **signature: str,
    ) -> str:
        payload = written(readings).replace("1-b:1.8.0", register)
        signed = self.sign(payload)
        if raw:
            size = (self._key.curve.key_size + 7) // 8
            signed = b"".join(n.to_bytes(size) for n in decode_dss_signature(signed))
        data = signed.hex() if encoding == "hex" else base64.b64encode(signed).decode()
        algorithm = f"ECDSA-{self.curve}-SHA256"
        members = {"SA": algorithm, "SE": encoding, "SD": data} | signature
        return f"OCMF|{payload}|{json.dumps({k: v for k, v in members.items() if v})}"


def written(readings: Iterable[Sequence[str]]) -> str:
    """A payload; each reading but the first leaves out what it shares with the one before."""
    rows = [
        f'{{"TM":"{time}","TX":"{kind}","RV":{value}' + (shared if at == 0 else "") + "}"
        for at, (kind, time, value) in enumerate(readings)
    ]
    return (
        '{"FV":"1.0","GI":"SEAL AG","GS":"1850006a","PG":"T9289","MS":"1-1-4A-1850006a",'
        f'"IS":true,"IL":"TRUSTED","IT":"ISO14443","ID":"1F2D3A4F5506C7","RD":[{",".join(rows)}]}}'
    )


shared = ',"RI":"1-b:1.8.0","RU":"kWh","RT":"AC","EF":"","ST":"G"'
