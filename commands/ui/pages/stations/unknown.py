"""Stations that knock and that nobody registered: taken in with one click."""

from typing import Any

from nicegui import ui

from commands.ui.pages.stations import register
from commands.ui.parts import cells
from commands.ui.parts.listing import Act, Column, Listing, Options
from commands.ui.visit import Visit

_PATH = "/api/v1/stations/unknown"
_SHOWN = 10
_HINT = (
    "They asked to connect and were turned away. Adopting one registers it with a new password,"
    " which you then set on the station."
)
_LOOK = "They asked to connect and were turned away. An administrator can adopt them."


class Unknown:
    """A part of the page that is only there while somebody knocks."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with ui.element("section").classes("section") as self._part:
            with ui.element("h2").classes("section-title"):
                self._title = ui.label()
            ui.label(_HINT if visit.may("admin") else _LOOK).classes("muted")
            self._listing = Listing(visit, _PATH, self._columns(), self._options())
        self._part.set_visibility(False)

    async def refresh(self) -> None:
        """Read who knocks."""
        await self._listing.refresh()
        count = self._listing.total or 0
        self._title.text = f"Unknown stations ({count:,})"
        if bool(count) != self._part.visible:
            self._part.set_visibility(bool(count))

    def _columns(self) -> tuple[Column, ...]:
        zone = self._visit.zone
        return (
            Column("id", "Station", lambda each: cells.code(each["id"])),
            Column("remote", "From", lambda each: cells.code(each["remote"])),
            Column("protocols", "Offers", lambda each: cells.text(each["protocols"])),
            Column("knocks", "Times", lambda each: cells.text(each["knocks"]), align="right"),
            Column("first", "First", lambda each: cells.time(each["first_at"], zone)),
            Column("last", "Last", lambda each: cells.time(each["last_at"], zone)),
        )

    def _options(self) -> Options:
        acts = (Act("Adopt", self._adopt), Act("With settings …", self._register))
        return Options(
            name="Unknown stations",
            shown=_SHOWN,
            acts=acts if self._visit.may("admin") else (),
            empty="Nobody knocks.",
        )

    async def _adopt(self, stranger: Any) -> None:
        if await register.adopt(self._visit, stranger["id"]):
            await self.refresh()

    async def _register(self, stranger: Any) -> None:
        if await register.register(self._visit, stranger["id"]):
            await self.refresh()
