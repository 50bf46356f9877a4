"""What a simulated station says when it is asked to (OCPP 1.6 section 5.17)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from functools import partial

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate.equipment import Equipment
from commands.simulate.maintenance import Maintenance
from commands.simulate.outlet import Outlet
from commands.simulate.sayings import Saying, Speaker


class Triggers:
    """The answer goes out before what was triggered."""

    def __init__(self, equipment: Equipment, maintenance: Maintenance) -> None:
        self._equipment, self._maintenance = equipment, maintenance

    @on(Action.trigger_message)
    def _trigger(self, requested_message: str, connector_id: int | None = None) -> object:
        outlets = self._equipment.chosen(connector_id)
        if not outlets or connector_id == 0:
            return call_result.TriggerMessage(status="Rejected")
        for saying in self._asked_for(requested_message, outlets):
            self._equipment.sayings.add(saying)
        return call_result.TriggerMessage(status="Accepted")

    def _asked_for(self, message: str, outlets: list[Outlet]) -> list[Saying]:
        sayings: dict[str, list[Saying]] = {
            "DiagnosticsStatusNotification": [self._diagnostics],
            "FirmwareStatusNotification": [self._firmware],
        }
        return (sayings | everyday(outlets))[message]

    async def _diagnostics(self, speaker: Speaker) -> None:
        status = self._maintenance.diagnostics_status
        await speaker.ask(call.DiagnosticsStatusNotification(status=status))

    async def _firmware(self, speaker: Speaker) -> None:
        status = self._maintenance.firmware_status
        await speaker.ask(call.FirmwareStatusNotification(status=status))


def everyday(outlets: list[Outlet]) -> dict[str, list[Saying]]:
    """What every kind of trigger can ask for."""
    return {
        "BootNotification": [_boot],
        "Heartbeat": [_beat],
        "MeterValues": [partial(_measure, outlet) for outlet in outlets],
        "StatusNotification": [partial(_report, outlet) for outlet in outlets],
    }


async def _boot(speaker: Speaker) -> None:
    await speaker.boot()


async def _beat(speaker: Speaker) -> None:
    await speaker.beat()


async def _measure(outlet: Outlet, speaker: Speaker) -> None:
    await speaker.measure(outlet, context="Trigger")


async def _report(outlet: Outlet, speaker: Speaker) -> None:
    await speaker.report(outlet)
