"""One connector of a simulated station: idle, then charging, then idle."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

VOLTS, AMPERES, PHASES = 230, 16, 3  # what an outlet is wired for


class Status(StrEnum):
    """What a connector reports of itself (OCPP 1.6 section 7.7)."""

    AVAILABLE = "Available"
    PREPARING = "Preparing"
    CHARGING = "Charging"
    SUSPENDED_EV = "SuspendedEV"
    SUSPENDED_EVSE = "SuspendedEVSE"
    FINISHING = "Finishing"
    RESERVED = "Reserved"
    UNAVAILABLE = "Unavailable"
    FAULTED = "Faulted"


_AT_REST = frozenset({Status.AVAILABLE, Status.RESERVED, Status.UNAVAILABLE, Status.FAULTED})


@dataclass(frozen=True, slots=True)
class Start:
    """Somebody wants to charge; a profile is that of a RemoteStartTransaction."""

    id_tag: str
    profile: Mapping[str, object] | None = None


@dataclass(slots=True)
class Outlet:
    """What the system may ask of it is put here; the station's own loop does it."""

    number: int
    meter_wh: int = 0
    power_w: int = 0
    soc: int | None = None  # % of the battery of a car, when it tells
    status: Status = Status.AVAILABLE
    transaction: int | None = None
    id_tag: str = ""
    since: datetime | None = None  # when it began to charge
    begun_wh: int = 0  # what the meter read then
    operative: bool = True
    faulted: bool = False
    fault: str = "OtherError"  # the code of it
    starts: asyncio.Queue[Start] = field(default_factory=lambda: asyncio.Queue(1))
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)
    _reason: str = "Local"

    @property
    def is_at_rest(self) -> bool:
        """Whether no car is there."""
        return self.transaction is None and self.status in _AT_REST

    @property
    def is_free(self) -> bool:
        """Whether somebody could begin to charge: anybody, or who reserved it."""
        works = self.operative and not self.faulted
        return works and self.is_at_rest and self.starts.empty()

    def order_start(self, start: Start) -> bool:
        """Have it start; whether it can."""
        if not self.is_free:
            return False
        self.starts.put_nowait(start)
        return True

    def order_stop(self, reason: str) -> None:
        """Have the session end, for a reason of OCPP 1.6 section 7.33."""
        self._reason = reason
        self._stop.set()

    def begin(self, transaction: int, id_tag: str, *, at: datetime) -> None:
        """A session has started."""
        self.transaction, self.id_tag, self.since = transaction, id_tag, at
        self.begun_wh, self._reason = self.meter_wh, "Local"
        self._stop.clear()
        self._ended.clear()

    def end(self) -> None:
        """The session is over."""
        self.transaction, self.since, self.power_w, self.soc = None, None, 0, None
        self._ended.set()

    async def ended(self) -> None:
        """Wait until no session is under way."""
        if self.transaction is not None:
            await self._ended.wait()

    async def ordered_stop(self, seconds: float) -> str:
        """The reason, as soon as it is to stop; "" after so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return ""
        return self._reason
