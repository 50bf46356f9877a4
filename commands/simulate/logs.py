"""Logs that a simulated station uploads when it is asked to (white paper use case N01)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate import transfers
from commands.simulate.equipment import Equipment
from commands.simulate.sayings import Speaker
from commands.simulate.security_log import SecurityLog
from commands.simulate.workshop import Transfer, Workshop

_IDLE = call.LogStatusNotification(status="Idle", request_id=None)


class Logs:
    """One upload at a time: a newer request takes the place of an older one."""

    def __init__(self, equipment: Equipment, workshop: Workshop, log: SecurityLog) -> None:
        self._equipment, self._workshop, self._log = equipment, workshop, log
        self._status = _IDLE

    async def say(self, speaker: Speaker) -> None:
        """How far it is."""
        await speaker.ask(self._status)

    @on(Action.get_log)
    def _get(
        self,
        log: Mapping[str, str],
        log_type: str,
        request_id: int,
        retries: int = 0,
        retry_interval: int = 0,
    ) -> object:
        name = f"{log_type}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.txt"
        content = self._content(log_type, log).encode()
        deliver = partial(transfers.deliver, log["remote_location"], name, content)
        transfer = partial(self._workshop.transfer, deliver, retries, retry_interval)
        replaces = self._workshop.order("log", partial(self._upload, transfer, request_id))
        status = "AcceptedCanceled" if replaces else "Accepted"
        return call_result.GetLog(status=status, filename=name)

    def _content(self, log_type: str, log: Mapping[str, str]) -> str:
        if log_type != "SecurityLog":
            return self._equipment.described()
        return self._log.text(log.get("oldest_timestamp"), log.get("latest_timestamp"))

    async def _upload(self, transfer: Transfer, request_id: int) -> None:
        self._tell("Uploading", request_id)
        self._tell("Uploaded" if await transfer() else "UploadFailure", request_id)

    def _tell(self, status: str, request_id: int) -> None:
        request = call.LogStatusNotification(status=status, request_id=request_id)
        self._status = request if status == "Uploading" else _IDLE
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))
