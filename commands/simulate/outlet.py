"""One connector of a simulated station: idle, then charging, then idle."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    """What a connector reports of itself (OCPP 1.6 section 7.7)."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    FINISHING = "Finishing"
    UNAVAILABLE = "Unavailable"


@dataclass(slots=True)
class Outlet:
    """What the system may ask of it is put here; the station's own loop does it."""

    number: int
    meter_wh: int = 0
    status: Status = Status.AVAILABLE
    transaction: int | None = None
    id_tag: str = ""
    operative: bool = True
    starts: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(1))  # id tags
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _reason: str = "Local"

    @property
    def is_free(self) -> bool:
        """Whether somebody could begin to charge."""
        return self.operative and self.status is Status.AVAILABLE and self.starts.empty()

    def order_start(self, id_tag: str) -> bool:
        """Have it start; whether it can."""
        if not self.is_free:
            return False
        self.starts.put_nowait(id_tag)
        return True

    def order_stop(self, reason: str) -> None:
        """Have the session end, for a reason of OCPP 1.6 section 7.33."""
        self._reason = reason
        self._stop.set()

    def begin(self, transaction: int, id_tag: str) -> None:
        """A session has started."""
        self.transaction, self.id_tag = transaction, id_tag
        self._reason = "Local"
        self._stop.clear()

    async def ordered_stop(self, seconds: float) -> str:
        """The reason, as soon as it is to stop; "" after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return ""
        return self._reason
