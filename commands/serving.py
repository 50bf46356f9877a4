"""What an installation chooses of its HTTP API: where it listens, and how much it takes."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, model_validator


class ServingSettings(BaseModel):
    """The settings of the API and of who uses it."""

    api_host: str = Field("127.0.0.1", description="address of the HTTP API")
    api_port: int = Field(8000, ge=0, le=65535, description="port of the HTTP API; 0: any")
    ui: bool = Field(
        True,  # noqa: FBT003 - as pydantic has it
        description="whether the api process also serves the web pages for operators, under /",
    )
    api_certificate: Path | None = Field(
        None,
        description="PEM file with the certificate of the HTTP API, read at start; unset: no TLS",
    )
    api_key: Path | None = Field(None, description="PEM file with the key of that certificate")
    api_max_body_bytes: int = Field(
        2 << 20,
        ge=1 << 10,
        description="bytes of the longest request accepted; files have their own",
    )
    api_max_requests: int = Field(
        500, ge=1, description="requests under way at once, without files"
    )
    api_max_connections: int = Field(
        2_000, ge=0, description="sockets of the HTTP API at once; 0: any number"
    )
    api_max_connections_per_address: int = Field(
        500, ge=0, description="the same, of one address; 0: any number"
    )
    api_rate_limit: float = Field(
        500, ge=0, description="requests a second with one token; 0: any number"
    )
    api_sign_in_failures: int = Field(
        10, ge=1, description="sign-ins of one address that may fail before it has to wait"
    )
    user_token_days: int = Field(
        365, ge=0, le=3650, description="days that a user's token is good; 0: for ever"
    )

    @model_validator(mode="after")
    def _certificate_and_key(self) -> Self:
        if (self.api_certificate is None) != (self.api_key is None):
            raise ValueError("AMPLEDGER_API_CERTIFICATE and AMPLEDGER_API_KEY go together")
        return self
