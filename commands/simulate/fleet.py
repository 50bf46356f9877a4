"""Many simulated stations at once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from commands.simulate.counts import FleetCounts
from commands.simulate.life import Identity, Life
from commands.simulate.visits import Pace

_AT_ONCE = 50  # stations connecting
_TOLD_EVERY = 0.5  # s


@dataclass(frozen=True, slots=True)
class Fleet:
    """How many, where, and as whom."""

    stations: int
    url: str
    prefix: str = "SIM-"
    password: str = ""
    tags: tuple[str, ...] = ("SIMULATED",)

    def names(self) -> list[str]:
        """The identities of the stations."""
        return [f"{self.prefix}{number:05d}" for number in range(1, self.stations + 1)]


async def simulate(
    fleet: Fleet, pace: Pace, seconds: float, tell: Callable[[FleetCounts], None]
) -> FleetCounts:
    """Run a fleet for so many seconds, 0 for ever; `tell` is called now and then."""
    logging.getLogger("ocpp").setLevel(logging.ERROR)
    counts = FleetCounts(stations=fleet.stations)
    starting = asyncio.Semaphore(_AT_ONCE)
    lives = [
        Life(Identity(fleet.url, name, fleet.password, fleet.tags), pace, counts, starting)
        for name in fleet.names()
    ]
    try:
        async with asyncio.timeout(seconds or None), asyncio.TaskGroup() as group:
            for life in lives:
                group.create_task(life.run())
            while True:
                await asyncio.sleep(_TOLD_EVERY)
                tell(counts)
    except TimeoutError:
        return counts
