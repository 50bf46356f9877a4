"""What happened to the security of a simulated station (white paper section 8)."""

from collections import deque
from dataclasses import dataclass

from ocpp.v16 import call

from commands.simulate import times
from commands.simulate.equipment import Equipment
from commands.simulate.sayings import Speaker

_KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """Type is one of the white paper's."""

    type: str
    timestamp: str
    tech_info: str


class SecurityLog:
    """Each event is told to the system, when it can be, and kept for GetLog."""

    def __init__(self, equipment: Equipment) -> None:
        self._equipment = equipment
        self._events: deque[Event] = deque(maxlen=_KEPT)
        self._untold: set[str] = set()

    def add(self, type: str, tech_info: str = "") -> None:
        """Something happened."""
        event = Event(type, times.now(), tech_info[:255])
        self._events.append(event)
        self._untold.add(type)

        async def tell(speaker: Speaker) -> None:
            request = call.SecurityEventNotification(
                type=event.type, timestamp=event.timestamp, tech_info=event.tech_info or None
            )
            await speaker.ask(request)
            self._untold.discard(event.type)

        self._equipment.sayings.add(tell)

    def add_once(self, type: str, tech_info: str) -> None:
        """Something happened again and again, perhaps, while nobody could be told."""
        if type not in self._untold:
            self.add(type, tech_info)

    def text(self, oldest: str | None = None, latest: str | None = None) -> str:
        """The events between two times, as a file."""
        first = times.read(oldest) if oldest else None
        last = times.read(latest) if latest else None
        lines = [
            f"{event.timestamp} {event.type} {event.tech_info}".rstrip()
            for event in self._events
            if (first is None or times.read(event.timestamp) >= first)
            and (last is None or times.read(event.timestamp) <= last)
        ]
        return "\n".join([*lines, ""])
