"""GetDiagnostics (OCPP 1.6 section 5.9): have a station upload a file about itself."""

from domain.model.call import Call
from domain.model.job_progress import DIAGNOSTICS
from domain.ocpp.jobs import JobRequest
from domain.ocpp.v16.types import Integer, Record, Text255, Time
from domain.scope import Scope


class GetDiagnostics(JobRequest):
    """Each request is a job, named like its call. The location is a directory (rule F1)."""

    kind = DIAGNOSTICS

    class Request(Record, kw_only=True):
        """6.25. `retryInterval` in s."""

        location: str
        retries: Integer | None = None
        retryInterval: Integer | None = None
        startTime: Time | None = None
        stopTime: Time | None = None

    class Response(Record):
        """6.26. Without a name there is nothing to upload."""

        fileName: Text255 | None = None

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The station has taken it, or has nothing to upload."""
        name = response.fileName or ""
        scope.maintenance().answer(call.name, DIAGNOSTICS, file_name=name, at=scope.at)
