"""The station that a page is about, and as of when."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from commands.ui.visit import Visit


@dataclass(frozen=True, slots=True)
class Subject:
    """`at` is the instant that is looked at (RFC 3339), "" for now."""

    visit: Visit
    station: str
    at: str

    def path(self, *segments: object) -> str:
        """Of the API, below the station."""
        known = ("api", "v1", "stations", self.station, *segments)
        return "/" + "/".join(quote(str(each), safe="") for each in known)

    async def get(self, *segments: object, **query: object) -> Any:
        """What is there, as of the instant; None when the API says no, which is then shown."""
        asked = self.visit.api.get(self.path(*segments), at=self.at, **query)
        return await self.visit.ask(asked)

    @property
    def is_past(self) -> bool:
        """Whether what is shown is long gone: it does not change, and nothing can be done."""
        return bool(self.at)

    def may(self, role: str) -> bool:
        """Whether the viewer may do here what is for a role."""
        return not self.is_past and self.visit.may(role)


Refresh = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab; `build` is called when it is first shown, and what it returns when there is news."""

    name: str  # in the address
    title: str
    build: Callable[[Subject], Awaitable[Refresh]]
    is_hasty: bool = False  # shows what is no fact, and is read again every second
