"""The last 24 hours."""

from typing import Any

from commands.ui.parts.chart import Chart
from commands.ui.parts.heading import section
from commands.ui.visit import Visit


class Day:
    """Energy, and what happened, hour by hour."""

    def __init__(self, visit: Visit) -> None:
        with section("The last 24 hours"):
            energy = "Energy of each of the last 24 hours in kilowatt hours"
            events = "Transactions started, faults and lost connections of the last 24 hours"
            self._energy = Chart(visit.zone, unit="kWh", name=energy, height=210)
            self._events = Chart(visit.zone, unit="", name=events, height=210)

    def show(self, hours: list[dict[str, Any]]) -> None:
        """What `GET /overview` says of them."""
        energy = [(each["hour"], each["energy_wh"] / 1000) for each in hours]
        self._energy.show([self._energy.bars("Energy", energy)])
        chart = self._events
        self._events.show(
            [
                chart.line("Transactions", _of(hours, "transactions_started")),
                chart.line("Faults", _of(hours, "faults")),
                chart.line("Connections lost", _of(hours, "disconnected")),
                chart.line("Boots", _of(hours, "boots")),
            ]
        )


def _of(hours: list[dict[str, Any]], name: str) -> list[tuple[str, float | None]]:
    return [(each["hour"], each[name]) for each in hours]
