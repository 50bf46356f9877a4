"""GetLog (white paper use case N01): have a station upload its security log, or diagnostics."""

from typing import Literal

from domain.model.job_progress import LOG
from domain.ocpp.jobs import NumberedJobRequest
from domain.ocpp.v16.types import Integer, Record, Text255, Text512, Time


class LogParameters(Record, kw_only=True):
    """Where to, and of which time."""

    remoteLocation: Text512
    oldestTimestamp: Time | None = None
    latestTimestamp: Time | None = None


class GetLog(NumberedJobRequest):
    """Each request is a job, named like its call. The location is a directory (rule F1)."""

    kind = LOG

    class Request(Record, kw_only=True):
        """GetLog.req. `retryInterval` in s."""

        log: LogParameters
        logType: Literal["DiagnosticsLog", "SecurityLog"]
        requestId: Integer
        retries: Integer | None = None
        retryInterval: Integer | None = None

    class Response(Record):
        """GetLog.conf. Without a name there is nothing to upload."""

        status: Literal["Accepted", "Rejected", "AcceptedCanceled"]
        filename: Text255 | None = None

    def location(self, request: Request) -> str:
        """Where the log is to go."""
        return request.log.remoteLocation

    def file_name(self, response: Response) -> str:
        """What the station will upload."""
        return response.filename or ""
