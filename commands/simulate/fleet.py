"""Many simulated stations at once."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import Keyring
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace

_AT_ONCE = 50  # stations connecting
_TOLD_EVERY = 0.5  # s

Certified = Callable[[str], None]  # by its name; in a thread of its own


@dataclass(frozen=True, slots=True)
class Fleet:
    """Where its stations connect, and as whom."""

    urls: Sequence[str]
    keyrings: Mapping[str, Keyring]  # by the names of the stations
    tags: tuple[str, ...] = ("SIMULATED",)
    certified: Certified | None = None  # have each ask for a certificate; what follows then

    def lives(self, pace: Pace, counts: FleetCounts) -> dict[str, Life]:
        """One for each of them."""
        starting = asyncio.Semaphore(_AT_ONCE)
        return {
            name: Life(Identity(self.urls, name, keyring, self.tags), pace, counts, starting)
            for name, keyring in self.keyrings.items()
        }


async def simulate(
    fleet: Fleet, pace: Pace, seconds: float, tell: Callable[[FleetCounts], None]
) -> FleetCounts:
    """Run a fleet for so many seconds, 0 for ever; `tell` is called now and then."""
    logging.getLogger("ocpp").setLevel(logging.ERROR)
    counts = FleetCounts(stations=len(fleet.keyrings))
    try:
        async with asyncio.timeout(seconds or None), asyncio.TaskGroup() as group:
            for name, life in fleet.lives(pace, counts).items():
                if fleet.certified:
                    life.enrol(_later(group, fleet.certified, name))
                group.create_task(life.run())
            while True:
                await asyncio.sleep(_TOLD_EVERY)
                tell(counts)
    except TimeoutError:
        return counts


def _later(group: asyncio.TaskGroup, follow: Certified, name: str) -> Callable[[], None]:
    def begin() -> None:
        group.create_task(asyncio.to_thread(follow, name))

    return begin
