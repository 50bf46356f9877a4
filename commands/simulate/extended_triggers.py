"""What a simulated station says when an ExtendedTriggerMessage asks for it (white paper 4.3)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate.enrolment import Enrolment
from commands.simulate.equipment import Equipment
from commands.simulate.logs import Logs
from commands.simulate.sayings import Saying
from commands.simulate.signed_firmware import SignedFirmware
from commands.simulate.triggers import everyday


class ExtendedTriggers:
    """As `Triggers`, of what the security extension has brought."""

    def __init__(
        self, equipment: Equipment, logs: Logs, firmware: SignedFirmware, enrolment: Enrolment
    ) -> None:
        self._equipment = equipment
        self._own: dict[str, list[Saying]] = {
            "FirmwareStatusNotification": [firmware.say],
            "LogStatusNotification": [logs.say],
            "SignChargePointCertificate": [enrolment.ask],
        }

    @on(Action.extended_trigger_message)
    def _trigger(self, requested_message: str, connector_id: int | None = None) -> object:
        outlets = self._equipment.chosen(connector_id)
        if not outlets or connector_id == 0:
            return call_result.ExtendedTriggerMessage(status="Rejected")
        for saying in (self._own | everyday(outlets))[requested_message]:
            self._equipment.sayings.add(saying)
        return call_result.ExtendedTriggerMessage(status="Accepted")
