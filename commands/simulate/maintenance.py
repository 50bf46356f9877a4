"""Firmware and diagnostics of a simulated station (OCPP 1.6 sections 5.19, 5.9, 4.5 and 4.4)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
import re
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate import times, transfers
from commands.simulate.equipment import Equipment
from commands.simulate.outlet import Outlet
from commands.simulate.reservations import Reservations
from commands.simulate.sayings import Speaker

_VERSION = re.compile(r"\d+(?:\.\d+)+")
_UNNAMED = "1.1"  # version of a file whose name tells none
_MOST_RETRIES = 10

Work = Callable[[], Coroutine[None, None, None]]
Transfer = Callable[[], Coroutine[None, None, bool]]


class Maintenance:
    """One job of each kind at a time: a newer one takes the older one's place."""

    def __init__(self, equipment: Equipment, reservations: Reservations, step: float) -> None:
        """`step`: seconds that the installation takes."""
        self._equipment, self._reservations, self._step = equipment, reservations, step
        self._orders: asyncio.Queue[tuple[str, Work]] = asyncio.Queue()
        self.firmware_status = self.diagnostics_status = "Idle"

    async def run(self) -> None:
        """Do what is ordered, for ever: a job outlives connections."""
        under_way: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                kind, work = await self._orders.get()
                if kind in under_way:
                    under_way[kind].cancel()
                under_way[kind] = group.create_task(work())

    @on(Action.update_firmware)
    def _update_firmware(
        self, location: str, retrieve_date: str, retries: int = 0, retry_interval: int = 0
    ) -> object:
        fetch = partial(transfers.fetch, location)
        transfer = partial(self._try, fetch, retries, retry_interval)
        work = partial(
            self._update, transfer, times.seconds_until(retrieve_date), _version_in(location)
        )
        self._orders.put_nowait(("firmware", work))
        return call_result.UpdateFirmware()

    @on(Action.get_diagnostics)
    def _get_diagnostics(
        self, location: str, retries: int = 0, retry_interval: int = 0, **_: str
    ) -> object:
        name = f"diagnostics-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.txt"
        deliver = partial(transfers.deliver, location, name, self._told().encode())
        work = partial(self._upload, partial(self._try, deliver, retries, retry_interval))
        self._orders.put_nowait(("diagnostics", work))
        return call_result.GetDiagnostics(file_name=name)

    async def _update(self, transfer: Transfer, wait: float, version: str) -> None:
        await asyncio.sleep(max(0, wait))
        self._firmware("Downloading")
        if not await transfer():
            self._firmware("DownloadFailed")
            return
        self._firmware("Downloaded")
        await self._install(version)

    async def _install(self, version: str) -> None:
        """When the last car has gone; a newer order may come before that."""
        resting = [outlet for outlet in self._equipment.outlets.values() if outlet.operative]
        self._serve(resting, yes=False)
        try:
            for outlet in resting:
                await outlet.ended()
            self._firmware("Installing")
            await asyncio.sleep(self._step)
        except asyncio.CancelledError:
            self._serve(resting, yes=True)
            raise

        async def restart(_: Speaker) -> None:
            self._serve(resting, yes=True)
            self._equipment.firmware = version
            self._equipment.reset.set()

        self._equipment.sayings.add(restart)
        self._firmware("Installed")

    def _serve(self, outlets: list[Outlet], *, yes: bool) -> None:
        for outlet in outlets:
            outlet.operative = yes
        self._reservations.settle()

    async def _upload(self, transfer: Transfer) -> None:
        self._diagnostics("Uploading")
        self._diagnostics("Uploaded" if await transfer() else "UploadFailed")

    async def _try(self, transfer: Callable[[], object], retries: int, interval: int) -> bool:
        """Whether it came off, at the first attempt or at a retry."""
        for attempt in range(1 + min(retries, _MOST_RETRIES)):
            if attempt:
                await asyncio.sleep(interval)
            try:
                await asyncio.to_thread(transfer)
            except transfers.NotTransferred:
                continue
            return True
        return False

    def _firmware(self, status: str) -> None:
        self.firmware_status = status if status in {"Downloading", "Installing"} else "Idle"
        request = call.FirmwareStatusNotification(status=status)
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))

    def _diagnostics(self, status: str) -> None:
        self.diagnostics_status = status if status == "Uploading" else "Idle"
        request = call.DiagnosticsStatusNotification(status=status)
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))

    def _told(self) -> str:
        """What stands in the file."""
        equipment = self._equipment
        head = [f"{equipment.name}, firmware {equipment.firmware}, {datetime.now(UTC).isoformat()}"]
        outlets = [
            f"connector {o.number}: {o.status}, {o.meter_wh} Wh, {o.power_w} W"
            for o in equipment.outlets.values()
        ]
        keys = [f"{name}={value}" for name, value in sorted(equipment.configuration.values.items())]
        return "\n".join([*head, *outlets, *keys, ""])


def _version_in(location: str) -> str:
    found = _VERSION.findall(urlsplit(location).path.rpartition("/")[2])
    return found[-1] if found else _UNNAMED
