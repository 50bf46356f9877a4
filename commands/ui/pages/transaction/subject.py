"""The transaction that a page is about."""

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.visit import Visit
from commands.ui.zone import Zone

_AFTER = timedelta(seconds=2)  # so that the frames of a moment are among what is shown


@dataclass(frozen=True, slots=True)
class Subject:
    """`number` is the OCPP transaction id, as it stands in the address of the page."""

    visit: Visit
    number: str

    def path(self, *segments: str) -> str:
        """Of the API, below the transaction."""
        return "/".join(("/api/v1/transactions", quote(self.number, safe=""), *segments))

    async def get(self, *segments: str, **query: object) -> Any:
        """What is there; None when the API says no, which is then shown."""
        return await self.visit.ask(self.visit.api.get(self.path(*segments), **query))


def frames(text: str, station: str, at: str | None, zone: Zone) -> Cell:
    """Leads to the station as of a moment of ours: the frames until then, the newest first."""
    if not at:
        return cells.text(None)
    then = (zone.local(at) + _AFTER).astimezone(UTC)
    query = urlencode({"tab": "timeline", "at": f"{then:%Y-%m-%dT%H:%M:%S}.000Z"})
    return cells.link(text, f"{cells.path('stations', station)}?{query}")
