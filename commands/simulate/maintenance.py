"""Firmware and diagnostics of a simulated station (OCPP 1.6 sections 5.19, 5.9, 4.5 and 4.4)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
from datetime import UTC, datetime
from functools import partial

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate import times, transfers
from commands.simulate.equipment import Equipment
from commands.simulate.workshop import Transfer, Workshop, version_in


class Maintenance:
    """Unsigned firmware, and diagnostics."""

    def __init__(self, equipment: Equipment, workshop: Workshop) -> None:
        self._equipment, self._workshop = equipment, workshop
        self.firmware_status = self.diagnostics_status = "Idle"

    @on(Action.update_firmware)
    def _update_firmware(
        self, location: str, retrieve_date: str, retries: int = 0, retry_interval: int = 0
    ) -> object:
        fetch = partial(transfers.fetch, location)
        transfer = partial(self._workshop.transfer, fetch, retries, retry_interval)
        wait, version = times.seconds_until(retrieve_date), version_in(location)
        self._workshop.order("firmware", partial(self._update, transfer, wait, version))
        return call_result.UpdateFirmware()

    @on(Action.get_diagnostics)
    def _get_diagnostics(
        self, location: str, retries: int = 0, retry_interval: int = 0, **_: str
    ) -> object:
        name = f"diagnostics-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.txt"
        deliver = partial(transfers.deliver, location, name, self._equipment.described().encode())
        transfer = partial(self._workshop.transfer, deliver, retries, retry_interval)
        self._workshop.order("diagnostics", partial(self._upload, transfer))
        return call_result.GetDiagnostics(file_name=name)

    async def _update(self, transfer: Transfer, wait: float, version: str) -> None:
        await asyncio.sleep(max(0, wait))
        self._firmware("Downloading")
        if not await transfer():
            self._firmware("DownloadFailed")
            return
        self._firmware("Downloaded")
        resting = await self._workshop.install(self._firmware)
        self._workshop.restart(version, resting)
        self._firmware("Installed")

    async def _upload(self, transfer: Transfer) -> None:
        self._diagnostics("Uploading")
        self._diagnostics("Uploaded" if await transfer() else "UploadFailed")

    def _firmware(self, status: str) -> None:
        self.firmware_status = status if status in {"Downloading", "Installing"} else "Idle"
        request = call.FirmwareStatusNotification(status=status)
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))

    def _diagnostics(self, status: str) -> None:
        self.diagnostics_status = status if status == "Uploading" else "Idle"
        request = call.DiagnosticsStatusNotification(status=status)
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))
