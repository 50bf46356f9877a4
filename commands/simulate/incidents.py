"""What happens to a simulated station on a bad day: it breaks, restarts, is away, forgets."""

import asyncio
from collections.abc import Awaitable, Callable
from random import SystemRandom

from commands.simulate.equipment import Equipment
from commands.simulate.features import Features
from commands.simulate.outlet import Outlet

Incident = Callable[[], Awaitable[object]]

_FAULTS = ("GroundFailure", "HighTemperature", "OverCurrentFailure", "ConnectorLockFailure")
_SECURITY = (
    ("TamperDetectionActivated", "the door of the cabinet is open"),
    ("SettingSystemTime", "clock moved by 42 s"),
    ("MemoryExhaustion", "3 % of the flash memory left"),
    ("FailedToAuthenticateAtCentralSystem", "HTTP 503"),
)
_CHANCES = (3, 2, 3, 2, 3)  # of what follows in `befall`, in turn
_UNKNOWN = range(900_000_000, 999_999_999)  # numbers of transactions that nobody gave it


class Incidents:
    """One after the other, of one station."""

    def __init__(self, features: Features, *, every: float) -> None:
        """`every`: mean s between two of them."""
        self._features, self._every = features, every
        self._chance = SystemRandom()
        self._away = 0.0

    async def befall(self) -> None:
        """Let them happen while the station is connected, for ever."""
        kinds: tuple[Incident, ...] = (
            self.fault,
            self.restart,
            self.leave,
            self.alarm,
            self.forget,
        )
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self._every))
            (happens,) = self._chance.choices(kinds, _CHANCES)
            await happens()

    def away(self) -> float:
        """How many seconds it stays away, told once."""
        seconds, self._away = self._away, 0.0
        return seconds

    async def fault(self) -> None:
        """A connector breaks, and somebody mends it."""
        outlet = self._chance.choice(list(self._equipment.outlets.values()))
        outlet.fault, outlet.faulted = self._chance.choice(_FAULTS), True
        outlet.order_stop("Other")
        self._features.reservations.settle()
        try:
            await asyncio.sleep(self._chance.uniform(0.2, 0.5) * self._every)
        finally:
            outlet.faulted = False
            self._features.reservations.settle()

    async def restart(self) -> None:
        """It boots anew by itself; who charges is interrupted."""
        for outlet in self._equipment.outlets.values():
            outlet.order_stop("Reboot")
        self._features.log.add("ResetOrReboot", "watchdog")
        self._equipment.reset.set()

    async def leave(self) -> None:
        """It cannot be reached for a while; who charges goes on."""
        self._away = self._chance.uniform(0.1, 0.4) * self._every
        self._equipment.reset.set()

    async def alarm(self) -> None:
        """Something touches its security."""
        self._features.log.add(*self._chance.choice(_SECURITY))

    async def forget(self) -> None:
        """A power cut: it stops a transaction under a number that the system does not know."""
        for outlet in filter(_is_charging, self._equipment.outlets.values()):
            outlet.transaction = self._chance.choice(_UNKNOWN)
            outlet.order_stop("PowerLoss")

    @property
    def _equipment(self) -> Equipment:
        return self._features.equipment


def _is_charging(outlet: Outlet) -> bool:
    return outlet.transaction is not None
