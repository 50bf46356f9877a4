"""UpdateFirmware (OCPP 1.6 section 5.19): have a station fetch and install new firmware."""

from domain.model.call import Call
from domain.model.job_progress import FIRMWARE
from domain.ocpp.jobs import JobRequest
from domain.ocpp.v16.types import Empty, Integer, Record, Time
from domain.scope import Scope


class UpdateFirmware(JobRequest):
    """Each request is a job (rule F2), named like its call. Any location can be sent (F1).

    The answer says nothing but that it was taken: FirmwareStatusNotification tells the rest.
    """

    kind = FIRMWARE

    class Request(Record, kw_only=True):
        """6.55. `retrieveDate`: from when on the station may download; `retryInterval` in s."""

        location: str
        retries: Integer | None = None
        retrieveDate: Time
        retryInterval: Integer | None = None

    Response = Empty  # 6.56

    def answered(self, request: Request, response: Empty, call: Call, scope: Scope) -> None:
        """The station has taken it."""
        scope.maintenance().answer(call.name, FIRMWARE, file_name="", at=scope.at)
