"""SignedFirmwareStatusNotification (white paper use case L01): how far a signed update is."""

from collections.abc import Iterable
from typing import Literal

from domain.model.job_progress import SIGNED_FIRMWARE
from domain.model.maintenance import Maintenance
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Integer, Record
from domain.scope import Scope


class SignedFirmwareStatusNotification(Incoming):
    """Belongs to the request it names, in whatever order it comes (TC_080); else to the last."""

    class Request(Record, kw_only=True):
        """SignedFirmwareStatusNotification.req. Only Idle may be without `requestId`."""

        status: Literal[
            "Downloaded",
            "DownloadFailed",
            "Downloading",
            "DownloadScheduled",
            "DownloadPaused",
            "Idle",
            "InstallationFailed",
            "Installing",
            "Installed",
            "InstallRebooting",
            "InstallScheduled",
            "InstallVerificationFailed",
            "InvalidSignature",
            "SignatureVerified",
        ]
        requestId: Integer | None = None

    Response = Empty

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The station's jobs."""
        return (Maintenance.id_of(station),)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Record it against the job, or against none."""
        if request.requestId is None and request.status != "Idle":
            scope.deviate("requestId is missing")
        scope.maintenance().report(
            SIGNED_FIRMWARE, request.status, number=request.requestId, at=scope.at
        )
        return self.Response()
