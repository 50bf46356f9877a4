"""UpdateFirmware (OCPP 1.6 section 5.19): have a station fetch and install new firmware."""

from typing import Any

from domain.model.call import Call
from domain.model.job_progress import FIRMWARE
from domain.ocpp import locations
from domain.ocpp.action import Outgoing
from domain.ocpp.v16.types import Empty, Integer, Record, Time
from domain.scope import Scope


class UpdateFirmware(Outgoing):
    """Each request is a job (rule F2), named like its call. Any location can be sent (F1).

    The answer says nothing but that it was taken: FirmwareStatusNotification tells the rest.
    """

    secret_names = locations.SECRET_NAMES

    class Request(Record, kw_only=True):
        """6.55. `retrieveDate`: from when on the station may download; `retryInterval` in s."""

        location: str
        retries: Integer | None = None
        retrieveDate: Time
        retryInterval: Integer | None = None

    Response = Empty  # 6.56

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
            FIRMWARE,
            location=request.location,
            by=call.by,
            campaign=call.campaign,
            at=scope.at,
        )

    def answered(self, request: Request, response: Empty, call: Call, scope: Scope) -> None:
        """The station has taken it."""
        scope.maintenance().answer(_job(call), FIRMWARE, file_name="", at=scope.at)

    def failed(self, request: Request, call: Call, scope: Scope) -> None:
        """Nothing comes of it, as far as is known."""
        scope.maintenance().fail(_job(call), FIRMWARE, call.outcome, at=scope.at)


def _job(call: Call) -> str:
    return call.id.removeprefix("call:")
