"""SignedUpdateFirmware (white paper use case L01): firmware whose signature the station checks."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.model.job_progress import SIGNED_FIRMWARE
from domain.ocpp.jobs import NumberedJobRequest
from domain.ocpp.v16.types import Integer, Record, Text512, Time


class Firmware(Record, kw_only=True):
    """From where and when, and whose word the station is to believe."""

    location: Text512
    retrieveDateTime: Time
    installDateTime: Time | None = None
    signingCertificate: Annotated[str, Meta(max_length=5500)]
    signature: Annotated[str, Meta(max_length=800)]


class SignedUpdateFirmware(NumberedJobRequest):
    """Each request is a job, named like its call. A wrong signature can be sent, too (TC_081)."""

    kind = SIGNED_FIRMWARE

    class Request(Record, kw_only=True):
        """SignedUpdateFirmware.req. `retryInterval` in s."""

        retries: Integer | None = None
        retryInterval: Integer | None = None
        requestId: Integer
        firmware: Firmware

    class Response(Record):
        """SignedUpdateFirmware.conf. AcceptedCanceled: the update before was dropped for it."""

        status: Literal[
            "Accepted", "Rejected", "AcceptedCanceled", "InvalidCertificate", "RevokedCertificate"
        ]

    def location(self, request: Request) -> str:
        """Where the image is."""
        return request.firmware.location
