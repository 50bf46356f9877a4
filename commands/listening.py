"""How an installation says where its gateway listens: `[[listeners]]` in TOML, a list in JSON."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.listeners import ClientCertificates, KeyPair, Listener


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CertificateSettings(_Part):
    """A certificate and its key, in PEM files."""

    certificate: Path
    key: Path
    passphrase_file: Path | None = None

    def pair(self) -> KeyPair:
        """As the gateway takes it."""
        return KeyPair(certificate=self.certificate, key=self.key, passphrase=self.passphrase_file)


class ListenerSettings(_Part):
    """One port of the gateway."""

    host: str = "0.0.0.0"  # noqa: S104 - stations come from outside
    port: int = Field(ge=0, le=65535)
    certificates: tuple[CertificateSettings, ...] = ()
    client_certificates: ClientCertificates = ClientCertificates.NONE
    client_ca: tuple[Path, ...] = ()
    crl: tuple[Path, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        asks = self.client_certificates is not ClientCertificates.NONE
        if asks and not self.certificates:
            raise ValueError("client_certificates needs TLS: name certificates")
        if asks and not self.client_ca:
            raise ValueError("client_certificates needs client_ca, the authorities to trust")
        if self.crl and not self.client_ca:
            raise ValueError("crl needs client_ca, the authorities that sign the lists")
        return self

    def listener(self) -> Listener:
        """As the gateway takes it."""
        return Listener(
            host=self.host,
            port=self.port,
            certificates=tuple(each.pair() for each in self.certificates),
            client_certificates=self.client_certificates,
            client_ca=self.client_ca,
            crl=self.crl,
        )
