"""Where a simulated station is worked on: one job of each kind at a time, beside its life."""

import asyncio
import re
from collections.abc import Callable, Coroutine
from urllib.parse import urlsplit

from commands.simulate import transfers
from commands.simulate.equipment import Equipment
from commands.simulate.outlet import Outlet
from commands.simulate.reservations import Reservations
from commands.simulate.sayings import Speaker

_MOST_RETRIES = 10
_VERSION = re.compile(r"\d+(?:\.\d+)+")
_UNNAMED = "1.1"  # version of a file whose name tells none

Work = Callable[[], Coroutine[None, None, None]]
Transfer = Callable[[], Coroutine[None, None, bytes | None]]


class Workshop:
    """A newer job takes the place of an older one of its kind."""

    def __init__(self, equipment: Equipment, reservations: Reservations, step: float) -> None:
        """`step`: seconds that the installation takes."""
        self._equipment, self._reservations, self._step = equipment, reservations, step
        self._orders: asyncio.Queue[tuple[str, Work]] = asyncio.Queue()
        self._latest: dict[str, Work] = {}

    async def run(self) -> None:
        """Do what is ordered, for ever: a job outlives connections."""
        under_way: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                kind, work = await self._orders.get()
                if kind in under_way:
                    under_way[kind].cancel()
                under_way[kind] = group.create_task(self._do(kind, work))

    def order(self, kind: str, work: Work) -> bool:
        """Have a job done; whether it takes the place of another."""
        replaces = kind in self._latest
        self._latest[kind] = work
        self._orders.put_nowait((kind, work))
        return replaces

    async def _do(self, kind: str, work: Work) -> None:
        await work()
        if self._latest[kind] is work:
            del self._latest[kind]

    async def transfer(
        self, attempt: Callable[[], bytes], retries: int, interval: int
    ) -> bytes | None:
        """The SHA-256 of the file, at the first attempt or at a retry; None if it never came."""
        for number in range(1 + min(retries, _MOST_RETRIES)):
            if number:
                await asyncio.sleep(interval)
            try:
                return await asyncio.to_thread(attempt)
            except transfers.NotTransferred:
                continue
        return None

    async def install(self, tell: Callable[[str], None]) -> list[Outlet]:
        """When the last car has gone; what is out of service until the restart.

        A newer order may come before that.
        """
        resting = [outlet for outlet in self._equipment.outlets.values() if outlet.operative]
        self._serve(resting, yes=False)
        try:
            for outlet in resting:
                await outlet.ended()
            tell("Installing")
            await asyncio.sleep(self._step)
        except asyncio.CancelledError:
            self._serve(resting, yes=True)
            raise
        return resting

    def restart(self, version: str, resting: list[Outlet]) -> None:
        """Once all is said that there is to say; then with the new firmware."""

        async def restart(_: Speaker) -> None:
            self._serve(resting, yes=True)
            self._equipment.firmware = version
            self._equipment.reset.set()

        self._equipment.sayings.add(restart)

    def _serve(self, outlets: list[Outlet], *, yes: bool) -> None:
        for outlet in outlets:
            outlet.operative = yes
        self._reservations.settle()


def version_in(location: str) -> str:
    """The version in the name of a file, or one for a name that tells none."""
    found = _VERSION.findall(urlsplit(location).path.rpartition("/")[2])
    return found[-1] if found else _UNNAMED
