"""How a simulated station is controlled: the calls of the Core profile that concern its outlets."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

from collections.abc import Mapping

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from commands.simulate.equipment import Equipment
from commands.simulate.outlet import Start
from commands.simulate.reservations import Reservations
from commands.simulate.security_log import SecurityLog

VENDOR = "Ampledger"  # of the DataTransfer that breaks a connector, or mends it


class Control:
    """Orders are put where the station's own loops find them."""

    def __init__(self, equipment: Equipment, reservations: Reservations, log: SecurityLog) -> None:
        self._equipment, self._reservations, self._log = equipment, reservations, log

    @on(Action.remote_start_transaction)
    def _start(
        self,
        id_tag: str,
        connector_id: int | None = None,
        charging_profile: Mapping[str, object] | None = None,
    ) -> object:
        start = Start(id_tag, charging_profile)
        open_ones = (
            outlet
            for outlet in self._equipment.chosen(connector_id)
            if self._reservations.is_open_to(outlet, id_tag)
        )
        ordered = any(outlet.order_start(start) for outlet in open_ones)
        return call_result.RemoteStartTransaction(status=_accepted(yes=ordered))

    @on(Action.remote_stop_transaction)
    def _stop(self, transaction_id: int) -> object:
        outlets = self._equipment.outlets.values()
        found = [outlet for outlet in outlets if outlet.transaction == transaction_id]
        for outlet in found:
            outlet.order_stop("Remote")
        return call_result.RemoteStopTransaction(status=_accepted(yes=bool(found)))

    @on(Action.reset)
    def _reset(self, type: str) -> object:  # the specification's word
        for outlet in self._equipment.outlets.values():
            outlet.order_stop(f"{type}Reset")
        self._equipment.reset.set()
        self._log.add("ResetOrReboot", type)
        return call_result.Reset(status="Accepted")

    @on(Action.unlock_connector)
    def _unlock(self, connector_id: int) -> object:
        outlet = self._equipment.outlets.get(connector_id)
        if outlet and outlet.transaction is not None:
            outlet.order_stop("UnlockCommand")
        return call_result.UnlockConnector(status="Unlocked" if outlet else "NotSupported")

    @on(Action.change_availability)
    def _change_availability(self, connector_id: int, type: str) -> object:  # as above
        chosen = self._equipment.chosen(connector_id)
        for outlet in chosen:
            outlet.operative = type == "Operative"
        self._reservations.settle()
        busy = any(outlet.transaction is not None for outlet in chosen)
        return call_result.ChangeAvailability(status="Scheduled" if busy else "Accepted")

    @on(Action.clear_cache)
    def _clear_cache(self) -> object:
        return call_result.ClearCache(status="Accepted")

    @on(Action.data_transfer)
    def _data_transfer(
        self, vendor_id: str, message_id: str = "", data: str = "", **_: object
    ) -> object:
        """Fault and Repair of a connector, so that an operator can see what follows of them."""
        if vendor_id != VENDOR:
            return call_result.DataTransfer(status="UnknownVendorId")
        if message_id not in {"Fault", "Repair"}:
            return call_result.DataTransfer(status="UnknownMessageId")
        outlet = self._equipment.outlets.get(int(data) if data.isdecimal() else 0)
        if outlet:
            outlet.faulted = message_id == "Fault"
            outlet.order_stop("Other")
            self._reservations.settle()
        return call_result.DataTransfer(status=_accepted(yes=outlet is not None))


def _accepted(*, yes: bool) -> str:
    return "Accepted" if yes else "Rejected"
