"""What decisions know of certificates and of requests for them: plain values, read elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Csr:
    """A certificate signing request that may be signed. The subject is the station's own wish."""

    csr: str  # PEM
    digest: str  # SHA-256 of the text as it came
    common_name: str
    organisation: str
    key: str  # e.g. RSA-2048, EC-secp256r1
    key_fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A certificate, and the chain it comes with."""

    certificate: str  # its fingerprint: SHA-256, hexadecimal
    chain: str  # PEM, the certificate first
    serial_number: str  # hexadecimal
    common_name: str
    organisation: str
    issuer: str
    key: str
    key_fingerprint: str
    not_before: datetime
    not_after: datetime


class Hashed(NamedTuple):
    """How stations name a certificate: certificateHashData, as it was told (white paper 6.1)."""

    algorithm: str  # SHA256, SHA384 or SHA512
    issuer_name: str  # hash of the issuer's name, hexadecimal
    issuer_key: str  # hash of its key
    serial_number: str  # hexadecimal

    @property
    def plain(self) -> "Hashed":
        """The same for all spellings: letters of any case, zeros in front."""
        algorithm, name, key, serial = (part.strip().lower() for part in self)
        return Hashed(algorithm, name, key, serial.removeprefix("0x").lstrip("0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A certificate that a station is to trust, and the names it may go by there."""

    certificate: str  # its fingerprint: SHA-256, hexadecimal
    pem: str
    names: tuple[Hashed, ...]  # with each algorithm; none when its issuer is not known here
    serial_number: str  # hexadecimal
    common_name: str
    organisation: str
    issuer: str
    not_before: datetime
    not_after: datetime
