"""LogStatusNotification (white paper use case N01): how far the upload of a log is."""

from collections.abc import Iterable
from typing import Literal

from domain.model.job_progress import LOG
from domain.model.maintenance import Maintenance
from domain.ocpp.action import Incoming
from domain.ocpp.v16.types import Empty, Integer, Record
from domain.scope import Scope


class LogStatusNotification(Incoming):
    """Belongs to the request it names, else to the last."""

    class Request(Record, kw_only=True):
        """LogStatusNotification.req. UploadFailed, as the text has it, is read as a deviation."""

        status: Literal[
            "BadMessage",
            "Idle",
            "NotSupportedOperation",
            "PermissionDenied",
            "Uploaded",
            "UploadFailure",
            "Uploading",
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
        scope.maintenance().report(LOG, request.status, number=request.requestId, at=scope.at)
        return self.Response()
