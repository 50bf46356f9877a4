"""The newest events, read on from where they were read last."""

from collections import deque
from typing import Any

from commands.ui.visit import Visit

_PATH = "/api/v1/events"
_KEPT = 60  # the newest
_BACK, _FAR_BACK = 400, 4_000  # positions looked back, for all and for some
_PORTION = 500
_MOST = 8  # pages read at once; the rest when it is looked next


class Stream:
    """What the API lists after a position; nothing is lost while nobody reads."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._choice: dict[str, object] = {}
        self._events: deque[Any] = deque(maxlen=_KEPT)
        self.position = 0  # all up to there was looked at

    @property
    def newest(self) -> list[Any]:
        """The newest first."""
        return list(reversed(self._events))

    async def begin(self, *, after: int | None = None, **choice: object) -> None:
        """From a position, or from a little before now; raises Refused."""
        self._choice = choice
        self._events.clear()
        back = _FAR_BACK if any(choice.values()) else _BACK
        self.position = max(0, await self._head() - back) if after is None else after
        await self.read()

    async def read(self) -> None:
        """Go on; raises Refused."""
        for _ in range(_MOST):
            page = await self._visit.api.get(
                _PATH, after=self.position, limit=_PORTION, **self._choice
            )
            self._events.extend(page["items"])
            self.position = page["position"]
            if not page["next"]:
                return

    async def _head(self) -> int:
        """About the last position of the log: how far what is read of it is."""
        models = await self._visit.api.get("/api/v1/read-models")
        return max((each["position"] or 0 for each in models["items"]), default=0)
