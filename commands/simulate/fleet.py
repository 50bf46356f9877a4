"""Many simulated stations at once."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from commands.simulate.counts import FleetCounts
from commands.simulate.keyring import MUTUAL, Keyring
from commands.simulate.life import Life
from commands.simulate.line import Identity
from commands.simulate.visits import Pace

_AT_ONCE = 50  # stations connecting
_TOLD_EVERY = 0.5  # s


class Sponsor(Protocol):
    """Who sees to it that stations get certificates. Blocking: it has threads of its own."""

    def vouch(self, station: str) -> None:
        """It has asked to have one signed."""

    def promote(self, station: str) -> None:
        """It has one now."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Where its stations connect, and as whom."""

    urls: Sequence[str]
    keyrings: Mapping[str, Keyring]  # by the names of the stations
    tags: tuple[str, ...] = ("SIMULATED",)
    sponsor: Sponsor | None = None  # None: they ask for no certificates by themselves
    signs: bool = False  # their meters sign what they read

    def lives(self, pace: Pace, counts: FleetCounts) -> dict[str, Life]:
        """One for each of them."""
        starting = asyncio.Semaphore(_AT_ONCE)
        return {
            name: Life(
                Identity(self.urls, name, keyring, self.tags, self.signs), pace, counts, starting
            )
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
                if (sponsor := fleet.sponsor) and fleet.keyrings[name].profile != MUTUAL:
                    life.enrol(
                        _later(group, sponsor.vouch, name), _later(group, sponsor.promote, name)
                    )
                group.create_task(life.run())
            while True:
                await asyncio.sleep(_TOLD_EVERY)
                tell(counts)
    except TimeoutError:
        return counts


def _later(
    group: asyncio.TaskGroup, follow: Callable[[str], None], name: str
) -> Callable[[], None]:
    def begin() -> None:
        group.create_task(asyncio.to_thread(follow, name))

    return begin
