"""Stations that take firmware updates, many in one process: each tells how it went, once asked."""

import asyncio
from collections import deque
from itertools import count

import orjson

from tests.bench.sockets import Socket, connect

_AT_ONCE = 50  # that connect
_ENDS = {
    "installed": ("Downloading", "Downloaded", "Installing", "Installed"),
    "installation failed": ("Downloading", "Downloaded", "Installing", "InstallationFailed"),
    "download failed": ("Downloading", "DownloadFailed"),
    "NotSupported: no": (),
}
REFUSAL = "NotSupported: no"


class Updating:
    """A station that will come to a given end; what it did is what it says in `did`."""

    def __init__(self, name: str, end: str) -> None:
        self.name, self._end = name, end
        self.asked: list[str] = []  # locations
        self.did = ""
        self.unexpected: list[bytes] = []
        self._ids = count()
        self._waiting = ""  # id of the CALL that is not answered yet
        self._to_tell: deque[str] = deque()
        self._socket: Socket

    async def connect(self, url: str) -> None:
        self._socket = await connect(f"{url}/{self.name}", self._receive)

    def leave(self) -> None:
        self._socket.close()

    def _receive(self, text: bytes) -> None:
        frame = orjson.loads(text)
        if frame[0] == 2 and frame[2] == "UpdateFirmware":
            self._take(frame[1], frame[3]["location"])
        elif frame[0] == 3 and frame[1] == self._waiting:
            self._waiting = ""
            self._tell()
        else:
            self.unexpected.append(text)

    def _take(self, message_id: str, location: str) -> None:
        self.asked.append(location)
        if self._end == REFUSAL:
            self.did = self._end
            self._send([4, message_id, "NotSupported", "no", {}])
            return
        self._send([3, message_id, {}])
        self._to_tell.extend(_ENDS[self._end])
        self._tell()

    def _tell(self) -> None:
        if not self._to_tell or self._waiting:
            return
        self._waiting = f"{self.name}-{next(self._ids)}"
        status = self._to_tell.popleft()
        self._send([2, self._waiting, "FirmwareStatusNotification", {"status": status}])
        if not self._to_tell:
            self.did = self._end

    def _send(self, frame: list[object]) -> None:
        self._socket.send(orjson.dumps(frame))


def fleet_of(number: int) -> list[Updating]:
    """One of ten fails to install, one of twenty-five to download, and one of forty refuses."""
    return [Updating(f"UP-{n:04}", _end_of(n)) for n in range(number)]


async def connect_all(stations: list[Updating], url: str) -> None:
    """Some at a time."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def enter(station: Updating) -> None:
        async with turns:
            await station.connect(url)

    await asyncio.gather(*(enter(station) for station in stations))


def _end_of(number: int) -> str:
    if number % 40 == 7:
        return REFUSAL
    if number % 25 == 3:
        return "download failed"
    return "installation failed" if number % 10 == 1 else "installed"
