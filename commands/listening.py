"""What an installation chooses of its gateway: where it listens, who comes in, how many.

The listeners are `[[listeners]]` in TOML, and a list in JSON in the environment.
"""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.addresses import networks
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


class GatewaySettings(BaseModel):
    """The settings of sockets and of their security."""

    gateway_host: str = Field("0.0.0.0", description="address the stations connect to")  # noqa: S104 - they come from outside
    gateway_port: int = Field(
        9000, ge=0, le=65535, description="port the stations connect to; 0: any"
    )
    listeners: tuple[ListenerSettings, ...] = Field(
        (),
        description="ports the stations connect to, each with host, port, certificates (each with"
        " certificate, key, passphrase_file), client_certificates (none, optional, required),"
        " client_ca, crl; a JSON list; empty: one without TLS on gateway_host and gateway_port",
    )
    reload_interval: float = Field(
        5, gt=0, description="s between looks at the files of the listeners"
    )
    trusted_proxies: str = Field(
        "",
        description="addresses of proxies that tell whom they speak for, e.g. 10.0.0.0/8, ::1",
    )
    client_certificate_header: str = Field(
        "",
        description="header in which trusted proxies hand over the certificate of a station;"
        " empty: none",
    )
    max_connections: int = Field(
        20_000, ge=0, description="sockets a gateway holds at once; 0: any number"
    )
    max_connections_per_address: int = Field(
        2_000, ge=0, description="the same, of one address; 0: any number"
    )
    max_handshakes: int = Field(
        500, ge=0, description="sockets that have not asked for anything yet; 0: any number"
    )
    handshake_timeout: float = Field(
        10, gt=0, description="s for the TLS handshake, and for the request that follows"
    )

    unknown_stations: Literal["refuse", "accept"] = Field(
        "refuse", description="what happens to a station nobody registered: refused, or registered"
    )
    allow_security_profile_0: bool = Field(
        default=False, description="whether a station may come without password and certificate"
    )
    check_certificate_name: bool = Field(
        default=True,
        description="whether the common name of a client certificate must be the station's"
        " serial number, or its id when that is not known",
    )
    check_certificate_organisation: bool = Field(
        default=True,
        description="whether the organisation of a client certificate must be AMPLEDGER_CPO_NAME,"
        " when that is set",
    )
    answer_unreadable: bool = Field(
        default=False,
        description="answer a frame without readable id with a CALLERROR of id -1, as OCPP 2.0.1",
    )

    ws_ping_interval: float = Field(60, ge=0, description="s between WebSocket pings; 0: none")
    ws_ping_timeout: float = Field(60, gt=0, description="s to wait for a WebSocket pong")
    max_frame_bytes: int = Field(
        1 << 20, ge=1024, description="bytes of the longest frame accepted"
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, text: str) -> str:
        networks(text.split(",") if text else ())
        return text

    @model_validator(mode="after")
    def _strangers_need_no_password(self) -> Self:
        if self.unknown_stations == "accept" and not self.allow_security_profile_0:
            raise ValueError(
                "AMPLEDGER_UNKNOWN_STATIONS=accept needs AMPLEDGER_ALLOW_SECURITY_PROFILE_0=true:"
                " nobody knows a password of theirs"
            )
        return self

    @model_validator(mode="after")
    def _whose_word_counts(self) -> Self:
        if not self.client_certificate_header:
            return self
        if not self.trusted_proxies:
            raise ValueError(
                "AMPLEDGER_CLIENT_CERTIFICATE_HEADER needs AMPLEDGER_TRUSTED_PROXIES:"
                " anybody can send a header"
            )
        if not any(each.client_ca for each in self.listeners):
            raise ValueError(
                "AMPLEDGER_CLIENT_CERTIFICATE_HEADER needs a listener with client_ca:"
                " the certificates are held against it"
            )
        return self
