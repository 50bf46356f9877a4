"""A simulated station on one connection: what it says by itself, and whom it lets answer."""

import asyncio
import time
from typing import Any

from ocpp.routing import create_route_map
from ocpp.v16 import ChargePoint, call

from commands.simulate import times
from commands.simulate.counts import FleetCounts
from commands.simulate.features import Features
from commands.simulate.outlet import PHASES, VOLTS, Outlet


class Rejected(Exception):
    """A call got no proper answer."""


class Station(ChargePoint):  # type: ignore[misc]  # the library has no types
    """One connection's worth of a station; its features and their equipment outlive it."""

    def __init__(
        self, identity: str, socket: object, features: Features, counts: FleetCounts
    ) -> None:
        super().__init__(identity, socket)
        self._equipment, self._counts = features.equipment, counts
        for handler in features.handlers:
            self.route_map.update(create_route_map(handler))

    async def ask(self, request: object) -> Any:  # noqa: ANN401 - the library has no types
        """Call the system; raises Rejected without a proper answer."""
        began = time.monotonic()
        self._counts.calls += 1
        try:
            answer = await self.call(request)
        except TimeoutError:
            answer = None
        _stop_if_cancelled()
        if answer is None:
            raise Rejected(f"no answer to {type(request).__name__}")
        self._counts.seconds.append(time.monotonic() - began)
        return answer

    async def boot(self) -> float:
        """Say who it is; seconds between heartbeats."""
        request = call.BootNotification(
            charge_point_vendor="Ampledger",
            charge_point_model="Simulated",
            firmware_version=self._equipment.firmware,
        )
        answer = await self.ask(request)
        if answer.status != "Accepted":
            raise Rejected(f"boot is {answer.status}")
        return float(answer.interval or 300)

    async def beat(self) -> None:
        """Send a heartbeat."""
        await self.ask(call.Heartbeat())

    async def report(self, outlet: Outlet, *, error: str = "NoError") -> None:
        """Say how a connector is."""
        broken = outlet.faulted and error == "NoError"
        request = call.StatusNotification(
            connector_id=outlet.number,
            error_code=outlet.fault if broken else error,
            status=outlet.status,
            timestamp=times.now(),
        )
        await self.ask(request)

    async def measure(self, outlet: Outlet, *, context: str = "Sample.Periodic") -> None:
        """Say what a meter reads, of the measurands that are configured."""
        wanted = self._equipment.configuration.text("MeterValuesSampledData").split(",")
        samples = [
            {"value": value, "context": context, "measurand": measurand, "unit": unit}
            for measurand, (value, unit) in _readings(outlet).items()
            if measurand in wanted
        ]
        if not samples:
            return
        value = {"timestamp": times.now(), "sampled_value": samples}
        request = call.MeterValues(
            connector_id=outlet.number, transaction_id=outlet.transaction, meter_value=[value]
        )
        await self.ask(request)

    async def _handle_call(self, message: Any) -> Any:  # noqa: ANN401 - the library has no types
        self._counts.commands += 1
        return await super()._handle_call(message)


def _readings(outlet: Outlet) -> dict[str, tuple[str, str]]:
    """Value and unit of each measurand; the current is that of each of the phases."""
    amperes = outlet.power_w / (VOLTS * PHASES)
    told = {
        "Energy.Active.Import.Register": (str(outlet.meter_wh), "Wh"),
        "Power.Active.Import": (str(outlet.power_w), "W"),
        "Current.Import": (f"{amperes:.1f}", "A"),
        "Voltage": (str(VOLTS), "V"),
    }
    return told if outlet.soc is None else {**told, "SoC": (str(outlet.soc), "Percent")}


def _stop_if_cancelled() -> None:
    """`wait_for` before Python 3.12, which the library uses, loses a cancellation to an answer."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError
