"""Firmware whose signature a simulated station checks (white paper use case L01)."""

# The library has no types.
# mypy: disable-error-code="untyped-decorator"

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from ocpp.routing import on
from ocpp.v16 import call, call_result
from ocpp.v16.enums import Action

from commands.simulate import times, transfers
from commands.simulate.equipment import Equipment
from commands.simulate.keyring import MANUFACTURER, Keyring
from commands.simulate.sayings import Speaker
from commands.simulate.security_log import SecurityLog
from commands.simulate.workshop import Transfer, Workshop, version_in
from domain.pki import certificates, signatures
from domain.pki.certificates import Unreadable

_AT_WORK = frozenset({"Downloading", "Downloaded", "SignatureVerified", "Installing"})
_IDLE = call.SignedFirmwareStatusNotification(status="Idle", request_id=None)
Firmware = Mapping[str, str]


class SignedFirmware:
    """The certificate is checked before the answer, the signature after the download."""

    def __init__(
        self, equipment: Equipment, workshop: Workshop, keyring: Keyring, log: SecurityLog
    ) -> None:
        self._equipment, self._workshop = equipment, workshop
        self._keyring, self._log = keyring, log
        self._status = _IDLE

    async def say(self, speaker: Speaker) -> None:
        """How far it is."""
        await speaker.ask(self._status)

    @on(Action.signed_update_firmware)
    def _update(
        self, request_id: int, firmware: Firmware, retries: int = 0, retry_interval: int = 0
    ) -> object:
        if why := self._mistrust(firmware["signing_certificate"]):
            self._log.add("InvalidFirmwareSigningCertificate", why)
            return call_result.SignedUpdateFirmware(status="InvalidCertificate")
        fetch = partial(transfers.fetch, firmware["location"])
        transfer = partial(self._workshop.transfer, fetch, retries, retry_interval)
        work = partial(self._work, firmware, transfer, request_id)
        replaces = self._workshop.order("firmware", work)
        return call_result.SignedUpdateFirmware(
            status="AcceptedCanceled" if replaces else "Accepted"
        )

    def _mistrust(self, certificate: str) -> str:
        """Why a certificate signs nothing here; without a manufacturer's root, any one does."""
        roots = "\n".join(self._keyring.roots[MANUFACTURER])
        if roots:
            return signatures.check_signing_certificate(certificate, roots, datetime.now(UTC))
        try:
            certificates.read(certificate)
        except Unreadable as error:
            return str(error)
        return ""

    async def _work(self, firmware: Firmware, transfer: Transfer, request_id: int) -> None:
        tell = partial(self._tell, request_id)
        await self._wait(firmware["retrieve_date_time"], "DownloadScheduled", tell)
        tell("Downloading")
        digest = await transfer()
        if digest is None:
            tell("DownloadFailed")
            return
        tell("Downloaded")
        signature, signer = firmware["signature"], firmware["signing_certificate"]
        if why := signatures.verify_firmware(digest, signature, signer):
            tell("InvalidSignature")
            self._log.add("InvalidFirmwareSignature", why)
            return
        tell("SignatureVerified")
        await self._install(firmware, tell)

    async def _install(self, firmware: Firmware, tell: Callable[[str], None]) -> None:
        """The order of what follows the restart is free (TC_080)."""
        if "install_date_time" in firmware:
            await self._wait(firmware["install_date_time"], "InstallScheduled", tell)
        resting = await self._workshop.install(tell)
        tell("InstallRebooting")
        version = version_in(firmware["location"])
        self._workshop.restart(version, resting)
        self._log.add("FirmwareUpdated", version)
        tell("Installed")

    async def _wait(self, until: str, status: str, tell: Callable[[str], None]) -> None:
        left = times.seconds_until(until)
        if left > 0:
            tell(status)
            await asyncio.sleep(left)

    def _tell(self, request_id: int, status: str) -> None:
        request = call.SignedFirmwareStatusNotification(status=status, request_id=request_id)
        self._status = request if status in _AT_WORK else _IDLE
        self._equipment.sayings.add(lambda speaker: speaker.ask(request))
