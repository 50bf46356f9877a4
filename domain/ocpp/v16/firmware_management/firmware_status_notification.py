"""FirmwareStatusNotification (OCPP 1.6 section 4.5): how far an update of firmware is."""

from collections.abc import Iterable
from typing import Literal

from domain.model.job_progress import FIRMWARE
from domain.model.maintenance import Maintenance
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Record
from domain.scope import Scope


class FirmwareStatusNotification(Incoming):
    """Belongs to the last UpdateFirmware, in whatever order it comes (rules F2, F3)."""

    class Request(Record):
        """6.19. Idle only when asked by a trigger (7.25)."""

        status: Literal[
            "Downloaded",
            "DownloadFailed",
            "Downloading",
            "Idle",
            "InstallationFailed",
            "Installing",
            "Installed",
        ]

    Response = Empty  # 6.20

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The station's jobs."""
        return (Maintenance.id_of(station),)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Record it against the job, or against none."""
        scope.maintenance().report(FIRMWARE, request.status, at=scope.at)
        return self.Response()
