"""What an installation chooses of its certificates: who signs them, and how."""

import shlex
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, field_validator


class AuthoritySettings(BaseModel):
    """The settings of the authority that stations' certificates come from."""

    cpo_name: str = Field(
        "",
        max_length=64,
        description="name of the operator: the organisation in certificates of stations",
    )
    ca_folder: Path | None = Field(
        None, description="folder of the built-in authority; unset: ca in the data folder"
    )
    ca_passphrase_file: Path | None = Field(
        None, description="file with the passphrase of the built-in authority's keys"
    )
    ca_command: str = Field(
        "",
        description="program that has certificates signed elsewhere, with its arguments;"
        " empty: the built-in authority signs",
    )
    csr_signing: Literal["manual", "automatic"] = Field(
        "manual", description="whether a station's request is signed at once, or by an operator"
    )
    client_certificate_days: int = Field(
        365, ge=1, le=3650, description="days that a certificate of a station is valid"
    )
    certificate_algorithm: Literal["ecdsa", "rsa"] = Field(
        "ecdsa", description="how the built-in authority signs certificates of stations"
    )

    @field_validator("ca_command")
    @classmethod
    def _command(cls, command: str) -> str:
        shlex.split(command)  # raises ValueError
        return command
