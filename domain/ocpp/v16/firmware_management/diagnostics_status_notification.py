"""DiagnosticsStatusNotification (OCPP 1.6 section 4.4): how far an upload of diagnostics is."""

from collections.abc import Iterable
from typing import Literal

from domain.model.job_progress import DIAGNOSTICS
from domain.model.maintenance import Maintenance
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Record
from domain.scope import Scope


class DiagnosticsStatusNotification(Incoming):
    """Belongs to the last GetDiagnostics."""

    class Request(Record):
        """6.17. Idle only when asked by a trigger (7.24)."""

        status: Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]

    Response = Empty  # 6.18

    def needs(self, station: str, request: Request) -> Iterable[str]:
        """The station's jobs."""
        return (Maintenance.id_of(station),)

    def decide(self, request: Request, scope: Scope) -> Empty:
        """Record it against the job, or against none."""
        scope.maintenance().report(DIAGNOSTICS, request.status, at=scope.at)
        return self.Response()
