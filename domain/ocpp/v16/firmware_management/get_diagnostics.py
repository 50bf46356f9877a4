"""GetDiagnostics (OCPP 1.6 section 5.9): have a station upload a file about itself."""

from typing import Any

from domain.model.call import Call
from domain.model.job_progress import DIAGNOSTICS
from domain.ocpp import locations
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Integer, Record, Text255, Time
from domain.scope import Scope


class GetDiagnostics(Outgoing):
    """Each request is a job, named like its call. The location is a directory (rule F1)."""

    secret_names = locations.SECRET_NAMES

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

    def secret(self, payload: Any) -> bool:  # noqa: ANN401 - JSON
        """Whether the location has credentials."""
        return locations.has_secret(payload)

    def mask(self, payload: Any) -> Any:  # noqa: ANN401 - JSON
        """The request without the credentials of its location."""
        return locations.masked(payload)

    def requested(self, request: Request, call: Call, scope: Scope) -> None:
        """A job begins."""
        scope.maintenance().request(
            _job(call),
            DIAGNOSTICS,
            location=request.location,
            by=call.by,
            campaign=call.campaign,
            at=scope.at,
        )

    def answered(self, request: Request, response: Response, call: Call, scope: Scope) -> None:
        """The station has taken it, or has nothing to upload."""
        name = response.fileName or ""
        scope.maintenance().answer(_job(call), DIAGNOSTICS, file_name=name, at=scope.at)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """Nothing comes of it, as far as is known."""
        scope.maintenance().fail(_job(call), DIAGNOSTICS, call.outcome, at=scope.at)


def _job(call: Call) -> str:
    return call.id.removeprefix("call:")
