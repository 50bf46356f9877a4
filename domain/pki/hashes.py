"""How OCPP names an installed certificate: certificateHashData (white paper 6.1)."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import hashes
from cryptography.x509.ocsp import OCSPRequestBuilder

from domain.pki.certificates import serial
from domain.pki.reading import Unreadable, loaded, translated

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

_ALGORITHMS: Mapping[str, type["HashAlgorithm"]] = {
    "SHA256": hashes.SHA256,
    "SHA384": hashes.SHA384,
    "SHA512": hashes.SHA512,
}


@dataclass(frozen=True, slots=True)
class HashData:
    """All in lower case hex; the serial number without leading zeros."""

    hash_algorithm: str  # SHA256, SHA384, SHA512
    issuer_name_hash: str
    issuer_key_hash: str
    serial_number: str


def hash_data(certificate: str, issuer: str | None = None, algorithm: str = "SHA256") -> HashData:
    """Of a certificate and its issuer's, both PEM; without one, it has signed itself.

    The hashes are those of an OCSP request (RFC 6960 section 4.1.1): over the issuer's name in DER,
    and over the bits of its public key. Raises Unreadable.
    """
    if algorithm not in _ALGORITHMS:
        raise Unreadable(f"{algorithm} is none of {', '.join(_ALGORITHMS)}")
    subject, signer = loaded(certificate), loaded(issuer or certificate)
    with translated():
        if issuer is None and subject.subject != subject.issuer:
            raise Unreadable("it has not signed itself: its issuer is needed")
        builder = OCSPRequestBuilder().add_certificate(subject, signer, _ALGORITHMS[algorithm]())
        request = builder.build()
        return HashData(
            hash_algorithm=algorithm,
            issuer_name_hash=request.issuer_name_hash.hex(),
            issuer_key_hash=request.issuer_key_hash.hex(),
            serial_number=serial(subject),
        )


def same(one: HashData, other: HashData) -> bool:
    """Whether both name the same certificate: stations write in upper case, or with zeros."""
    return _plain(one) == _plain(other)


def _plain(data: HashData) -> tuple[str, ...]:
    algorithm, name, key, number = (str(part).strip().lower() for part in astuple(data))
    return algorithm, name, key, number.removeprefix("0x").lstrip("0")
