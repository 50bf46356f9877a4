"""A simulated station: what it says by itself and what it answers."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action

from commands.simulate.counts import FleetCounts
from commands.simulate.outlet import Outlet, Status

_READ_ONLY = frozenset({"NumberOfConnectors", "SupportedFeatureProfiles"})


class Rejected(Exception):
    """A call got no proper answer."""


def now() -> str:
    """A time as a station writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Station(ChargePoint):  # type: ignore[misc]  # the library has no types
    """One connection's worth of a station; its outlets and its configuration outlive it."""

    def __init__(
        self,
        identity: str,
        socket: object,
        outlets: Iterable[Outlet],
        configuration: dict[str, str],
        counts: FleetCounts,
    ) -> None:
        super().__init__(identity, socket)
        self._outlets = {outlet.number: outlet for outlet in outlets}
        self._configuration, self._counts = configuration, counts
        self.reset = asyncio.Event()
        self.to_say: asyncio.Queue[Callable[[], Awaitable[object]]] = asyncio.Queue()

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
            charge_point_vendor="Ampledger", charge_point_model="Simulated", firmware_version="1.0"
        )
        answer = await self.ask(request)
        if answer.status != "Accepted":
            raise Rejected(f"boot is {answer.status}")
        return float(answer.interval or 300)

    async def beat(self) -> None:
        """Send a heartbeat."""
        await self.ask(call.Heartbeat())

    async def report(self, outlet: Outlet) -> None:
        """Say how a connector is."""
        request = call.StatusNotification(
            connector_id=outlet.number,
            error_code="NoError",
            status=outlet.status,
            timestamp=now(),
        )
        await self.ask(request)

    async def measure(self, outlet: Outlet) -> None:
        """Say what a meter reads."""
        sample = {
            "value": str(outlet.meter_wh),
            "measurand": "Energy.Active.Import.Register",
            "unit": "Wh",
        }
        value = {"timestamp": now(), "sampled_value": [sample]}
        request = call.MeterValues(
            connector_id=outlet.number, transaction_id=outlet.transaction, meter_value=[value]
        )
        await self.ask(request)

    @on(Action.remote_start_transaction)
    def _start(self, id_tag: str, connector_id: int | None = None, **_: object) -> object:
        self._counts.commands += 1
        named = [self._outlets.get(connector_id)] if connector_id else self._outlets.values()
        ordered = any(outlet.order_start(id_tag) for outlet in named if outlet)
        return call_result.RemoteStartTransaction(status=_accepted(yes=ordered))

    @on(Action.remote_stop_transaction)
    def _stop(self, transaction_id: int) -> object:
        self._counts.commands += 1
        found = [o for o in self._outlets.values() if o.transaction == transaction_id]
        for outlet in found:
            outlet.order_stop("Remote")
        return call_result.RemoteStopTransaction(status=_accepted(yes=bool(found)))

    @on(Action.reset)
    def _reset(self, type: str) -> object:  # the specification's word
        self._counts.commands += 1
        for outlet in self._outlets.values():
            outlet.order_stop(f"{type}Reset")
        self.reset.set()
        return call_result.Reset(status="Accepted")

    @on(Action.unlock_connector)
    def _unlock(self, connector_id: int) -> object:
        self._counts.commands += 1
        outlet = self._outlets.get(connector_id)
        if outlet and outlet.transaction is not None:
            outlet.order_stop("UnlockCommand")
        return call_result.UnlockConnector(status="Unlocked" if outlet else "NotSupported")

    @on(Action.change_availability)
    def _change_availability(self, connector_id: int, type: str) -> object:  # as above
        self._counts.commands += 1
        chosen = [o for o in self._outlets.values() if connector_id in {0, o.number}]
        for outlet in chosen:
            self._make(outlet, operative=type == "Operative")
        busy = any(outlet.transaction is not None for outlet in chosen)
        return call_result.ChangeAvailability(status="Scheduled" if busy else "Accepted")

    @on(Action.get_configuration)
    def _get_configuration(self, key: list[str] | None = None) -> object:
        self._counts.commands += 1
        wanted = key or list(self._configuration)
        known = [
            {"key": name, "readonly": name in _READ_ONLY, "value": self._configuration[name]}
            for name in wanted
            if name in self._configuration
        ]
        unknown = [name for name in wanted if name not in self._configuration]
        return call_result.GetConfiguration(configuration_key=known, unknown_key=unknown or None)

    @on(Action.change_configuration)
    def _change_configuration(self, key: str, value: str) -> object:
        self._counts.commands += 1
        if key not in self._configuration:
            return call_result.ChangeConfiguration(status="NotSupported")
        if key in _READ_ONLY:
            return call_result.ChangeConfiguration(status="Rejected")
        self._configuration[key] = value
        return call_result.ChangeConfiguration(status="Accepted")

    @on(Action.trigger_message)
    def _trigger(self, requested_message: str, connector_id: int | None = None) -> object:
        self._counts.commands += 1
        chosen = [o for o in self._outlets.values() if connector_id in {None, o.number}]
        answers: dict[str, list[Callable[[], Awaitable[object]]]] = {
            "BootNotification": [self.boot],
            "Heartbeat": [self.beat],
            "StatusNotification": [partial(self.report, outlet) for outlet in chosen],
            "MeterValues": [partial(self.measure, outlet) for outlet in chosen],
        }
        for saying in answers.get(requested_message, ()):
            self.to_say.put_nowait(saying)
        known = requested_message in answers
        return call_result.TriggerMessage(status="Accepted" if known else "NotImplemented")

    @on(Action.clear_cache)
    def _clear_cache(self) -> object:
        self._counts.commands += 1
        return call_result.ClearCache(status="Accepted")

    @on(Action.data_transfer)
    def _data_transfer(self, **_: object) -> object:
        self._counts.commands += 1
        return call_result.DataTransfer(status="UnknownVendorId")

    def _make(self, outlet: Outlet, *, operative: bool) -> None:
        outlet.operative = operative
        if outlet.transaction is None:
            outlet.status = Status.AVAILABLE if operative else Status.UNAVAILABLE
            self.to_say.put_nowait(partial(self.report, outlet))


def _stop_if_cancelled() -> None:
    """`wait_for` before Python 3.12, which the library uses, loses a cancellation to an answer."""
    task = asyncio.current_task()
    if task and task.cancelling():
        raise asyncio.CancelledError


def _accepted(*, yes: bool) -> str:
    return "Accepted" if yes else "Rejected"
