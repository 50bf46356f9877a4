"""How carefully a campaign goes."""

from math import ceil
from typing import Any

from nicegui import ui

from commands.ui.pages.new_campaign.fields import Fields
from commands.ui.pages.new_campaign.wish import filled
from commands.ui.parts.asking import number

_FIRST = {"": "like the others", "count": "so many stations", "share": "so many % of all"}
_UNTIL = {
    "": "as fits what is sent",
    "answered": "when it has answered",
    "completed": "when its job is over",
}
_HOUR = 3600  # s
_PERCENT = 100


class Care:
    """Waves, failures, patience; with what the API does when nothing is said."""

    def __init__(self, fields: Fields) -> None:
        self._name = fields.put("name", ui.input("Name, for people"))
        self._first = fields.put("canary", ui.select(_FIRST, label="First wave", value=""))
        self._many = fields.put("canary.count", ui.number("How many", value=5, min=1))
        self._many.bind_visibility_from(self._first, "value", backward=bool)
        self._size = fields.put(
            "wave_size", ui.number("Stations of each wave, 0 for all that are left", value=0, min=0)
        )
        self._failures = fields.put(
            "max_failure_rate",
            ui.number("Halt when more fail of a wave, %", value=10, min=0, max=100, step=0.1),
        )
        self._ttl = fields.put("ttl", ui.number("Wait for who is away, hours", value=24, min=0))
        self._timeout = fields.put("timeout", ui.number("Wait for an answer, seconds", min=1))
        self._until = fields.put("until", ui.select(_UNTIL, label="A station is done", value=""))
        self._deadline = fields.put(
            "deadline",
            ui.number("Deadline of a station, hours", min=0),
        )

    def show(self, *, renewal: bool) -> None:
        """Renewals are done when stations have answered."""
        self._until.set_visibility(not renewal)
        self._deadline.set_visibility(not renewal)

    def wish(self, *, renewal: bool) -> dict[str, Any]:
        """As the API takes it; raises ValueError."""
        said = filled(
            name=self._name.value,
            wave_size=number(self._size.value),
            max_failure_rate=_share(self._failures.value),
            ttl=_seconds(self._ttl.value),
            timeout=number(self._timeout.value),
        )
        if self._first.value == "count":
            said["canary"] = {"count": number(self._many.value)}
        if self._first.value == "share":
            said["canary"] = {"share": _share(self._many.value)}
        if not renewal:
            said |= filled(until=self._until.value, deadline=_seconds(self._deadline.value))
        return said

    def course(self, stations: int) -> str:
        """What will happen, in words."""
        many = self._many.value or 0
        size = int(self._size.value or 0) or stations
        count = int(many) if self._first.value == "count" else size
        if self._first.value == "share":
            count = ceil(many * stations / _PERCENT)
        if count >= stations:
            return "All of them are called at once."
        return f"{count} of them at once, the others by themselves, until too many of a wave fail."


def _seconds(hours: float | None) -> int | None:
    return None if hours is None else round(hours * _HOUR)


def _share(percent: float | None) -> float | None:
    return None if percent is None else round(percent / _PERCENT, 3)
