"""Somebody at a page: who, in which zone, and what the page may ask and do for them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import TypeVar
from urllib.parse import quote, urlencode

from nicegui import Client, ui

from commands.ui.client import Api, Refused
from commands.ui.pulse import Pulse
from commands.ui.zone import Zone

_RANKS = ("viewer", "operator", "admin")
_TICK = 0.2  # s between two looks at the pulse
_LEAST = 0.4  # s between two readings, however much happens
_EVERY = 5.0  # s after which a page is read again even though no fact came
_SIGNED_OUT = 401
_READ = 15.0  # s that a message stays

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a page is built with; all it shows and does goes through `api`, as `name`."""

    api: Api
    name: str
    role: str
    zone: Zone
    pulse: Pulse
    path: str  # of the page, as it was asked for
    query: Mapping[str, str]  # behind its question mark
    client: Client  # the page in the browser: it stays when a dialog of it has gone
    _told: dict[str, float] = field(default_factory=dict)  # by what, in s
    _shown: dict[str, str] = field(default_factory=dict)  # in the address, other than `query`

    def may(self, role: str) -> bool:
        """Whether they are of a role, or of a greater one."""
        return _RANKS.index(self.role) >= _RANKS.index(role)

    def address(self, **query: str) -> None:
        """Have the browser's address line say what is shown, so that it can be kept and sent.

        What is not named stays as it is.
        """
        self._shown.update(query)
        ui.navigate.history.replace(self._address)

    @property
    def _address(self) -> str:
        given = {name: value for name, value in {**self.query, **self._shown}.items() if value}
        return self.path + (f"?{urlencode(given)}" if given else "")

    @property
    def now(self) -> datetime:
        """Of the server."""
        return datetime.now(UTC)

    def live(self, refresh: Callable[[], Awaitable[object]], *, every: float = _EVERY) -> ui.timer:
        """Have what is shown read again whenever a read model moved, and every so many seconds.

        The timer lives as long as the element it is made in.
        """
        seen, due = self.pulse.number, 0.0

        async def look() -> None:
            nonlocal seen, due
            due += _TICK
            number = self.pulse.number
            if due < _LEAST or (number == seen and due < every):
                return
            seen, due = number, 0.0
            await self.ask(refresh())

        return ui.timer(_TICK, look)

    async def ask(self, wish: Awaitable[T]) -> T | None:
        """What comes of it; None when the API says no, which is then shown in its words."""
        try:
            return await wish
        except Refused as refused:
            self._hint(refused)
            return None

    async def do(self, wish: Awaitable[T], done: str) -> T | None:
        """The same for what somebody decided; `done` is said when it went well."""
        try:
            result = await wish
        except Refused as refused:
            self.tell(refused)
            return None
        with self.client:
            ui.notify(done, type="positive")
        return result

    def tell(self, refused: Refused) -> None:
        """Why not, in words, with the id to quote; who is signed out goes to the door."""
        with self.client:
            if refused.status == _SIGNED_OUT:
                ui.navigate.to(f"/sign-in?to={quote(self._address, safe='/')}")
                return
            told = [refused.detail, *(f"{at}: {why}" for at, why in refused.faults.items())]
            ui.notify(
                "\n".join(told),
                caption=f"HTTP {refused.status} · request {refused.request}",
                type="negative",
                multi_line=True,
                close_button="Close",
                timeout=int(_READ * 1000),
                classes="told",
            )

    def _hint(self, refused: Refused) -> None:
        """Tell it unless the same is being read: what is live would say it again and again."""
        now = monotonic()
        if now - self._told.get(refused.detail, -_READ) >= _READ:
            self._told[refused.detail] = now
            self.tell(refused)
