"""What of a simulated station outlives its connections."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from commands.simulate.configuration import Configuration
from commands.simulate.meter import SigningMeter
from commands.simulate.outlet import Outlet
from commands.simulate.sayings import Sayings


def _two_outlets() -> Mapping[int, Outlet]:
    return {1: Outlet(1), 2: Outlet(2)}


@dataclass(slots=True)
class Equipment:
    """The box at the wall; its features (`commands.simulate.features`) work on it."""

    name: str
    outlets: Mapping[int, Outlet] = field(default_factory=_two_outlets)
    configuration: Configuration = field(default_factory=Configuration)
    sayings: Sayings = field(default_factory=Sayings)
    reset: asyncio.Event = field(default_factory=asyncio.Event)
    firmware: str = "1.0"
    meter: SigningMeter | None = None  # None: it does not sign

    def chosen(self, connector: int | None) -> list[Outlet]:
        """An outlet, or all of them for none and 0; empty when there is no such connector."""
        return [o for o in self.outlets.values() if connector in {None, 0, o.number}]

    def report(self, outlet: Outlet) -> None:
        """Have it said how an outlet is when its turn comes."""
        self.sayings.add(lambda speaker: speaker.report(outlet))

    def described(self) -> str:
        """What stands in a file of diagnostics: all but secrets."""
        head = f"{self.name}, firmware {self.firmware}, {datetime.now(UTC).isoformat()}"
        outlets = [
            f"connector {o.number}: {o.status}, {o.meter_wh} Wh, {o.power_w} W"
            for o in self.outlets.values()
        ]
        keys = [f"{name}={value}" for name, value in sorted(self.configuration.values.items())]
        return "\n".join([head, *outlets, *keys, ""])
