"""What the messages about certificates share (white paper 6.1)."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.model.certificate import Hashed
from domain.ocpp.v16.types import Record

CertificateUse = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
_Hash = Annotated[str, Meta(max_length=128)]


class CertificateHashData(Record):
    """The name of a certificate: hashes and serial number in hexadecimal."""

    hashAlgorithm: Literal["SHA256", "SHA384", "SHA512"]
    issuerNameHash: _Hash
    issuerKeyHash: _Hash
    serialNumber: Annotated[str, Meta(max_length=40)]

    def hashed(self) -> Hashed:
        """The same, for the model."""
        return Hashed(
            self.hashAlgorithm, self.issuerNameHash, self.issuerKeyHash, self.serialNumber
        )
