"""A charging profile of the library sent to stations, and what each says to it."""

import asyncio
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.parts import cells
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import WAIT, said
from commands.ui.parts.rows import Rows
from commands.ui.visit import Visit

_AT_ONCE = 5  # stations that are asked at the same time
_WAITING = 250  # ms after the last key
_TTL = {0: "it is refused", 3600: "it waits, an hour at most", 86_400: "it waits, a day at most"}
_THEN = (
    "Each is sent SetChargingProfile. It counts where it is accepted, and replaces one with the"
    " same id, or with the same purpose and stack level at the same connector."
)


class Assigning:
    """Stations are chosen from a list; below it stands what came of it."""

    def __init__(self, visit: Visit, number: str) -> None:
        self._visit, self._number = visit, number
        self._outcomes: dict[str, cells.Cell] = {}
        with section("Install it at stations"):
            self._controls()
            self._stations = self._listed()
            columns = [
                Column("station", "Station", lambda e: cells.station(e[0])),
                Column("outcome", "Outcome", lambda e: e[1]),
            ]
            self._results = Rows(columns, name="Outcomes", empty="")
            self._results.table.set_visibility(False)

    async def refresh(self) -> None:
        """Read the stations again."""
        await self._stations.refresh()

    def _controls(self) -> None:
        with ui.row().classes("filters"):
            search = ui.input("Find stations")
            search.props(f"dense outlined clearable debounce={_WAITING}")
            search.on_value_change(lambda event: self._find(event.value))
            self._connector = ui.number("Connector", value=1, min=0, precision=0)
            self._connector.props('dense outlined hide-bottom-space hint="0: the whole station"')
            self._ttl = ui.select(_TTL, label="If a station is away", value=0)
            self._ttl.props("dense outlined options-dense")
            self._send = ui.button("Install", on_click=self._install)
            self._send.props("no-caps unelevated")
            self._send.disable()

    def _listed(self) -> Listing:
        columns = [
            Column("id", "Station", lambda e: cells.station(e["id"])),
            Column("online", "Presence", lambda e: cells.state(_presence(e))),
            Column("labels", "Labels", lambda e: cells.text(e["labels"])),
        ]
        options = Options(
            empty="No station fits.",
            name="Stations to install it at",
            shown=10,
            select=True,
            on_select=self._chosen,
        )
        return Listing(self._visit, "/api/v1/stations", columns, options)

    async def _find(self, text: str | None) -> None:
        await self._stations.filter(search=text or "")

    def _chosen(self, items: list[Any]) -> None:
        self._send.set_enabled(bool(items))
        self._send.text = f"Install at {len(items)}" if items else "Install"

    async def _install(self) -> None:
        stations = [each["id"] for each in self._stations.chosen]
        connector = int(self._connector.value or 0)
        title = f"Install profile {self._number} at connector {connector} of {_named(stations)}?"
        if not stations or not await confirmed(title, _THEN, verb="Install", danger=False):
            return
        self._outcomes = dict.fromkeys(stations, cells.state("under way", "busy"))
        self._show()
        gate = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            for station in stations:
                group.create_task(self._send_to(station, connector, gate))

    async def _send_to(self, station: str, connector: int, gate: asyncio.Semaphore) -> None:
        path = cells.path("stations", station, "connectors", connector, "charging-profiles")
        ttl = int(self._ttl.value or 0)
        wish = {"profile_id": int(self._number)}
        async with gate:
            try:
                call = await self._visit.api.post(
                    "/api/v1" + path, wish, wait=0 if ttl else WAIT, ttl=ttl
                )
                self._outcomes[station] = said(call)
            except Refused as refused:
                told = next(iter(refused.faults.values()), refused.detail)
                self._outcomes[station] = cells.state(told, "bad")
        self._show()

    def _show(self) -> None:
        self._results.table.set_visibility(True)
        self._results.show(list(self._outcomes.items()))


def _presence(station: dict[str, Any]) -> str:
    return "online" if station["online"] else "offline"


def _named(stations: list[str]) -> str:
    return stations[0] if len(stations) == 1 else f"{len(stations)} stations"
