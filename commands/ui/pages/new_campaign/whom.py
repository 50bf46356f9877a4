"""To whom a campaign goes."""

from typing import Any

from nicegui import ui

from commands.ui.pages.new_campaign.fields import Fields
from commands.ui.pages.new_campaign.wish import filled
from commands.ui.parts.words import counted
from commands.ui.visit import Visit

_WAYS = {"filter": "Those with…", "stations": "These", "all": "All that are registered"}
_PREVIEW = 5  # stations named
_WAIT = 300  # ms after the last key


class Whom:
    """A choice of stations, and how many they are."""

    def __init__(self, visit: Visit, fields: Fields) -> None:
        self._visit = visit
        named = visit.query.get("stations", "")
        self._way = ui.radio(_WAYS, value="stations" if named else "filter")
        self._way.props("inline").classes("radio").on_value_change(self._change)
        self._way.props["aria-label"] = "Which stations"
        with ui.column().classes("w-full form") as self._filters:
            self._label = fields.put("label", ui.input("Label", value=visit.query.get("label", "")))
            self._search = fields.put(
                "search", ui.input("Part of id, serial number, vendor, model or note")
            )
            ways = {"": "whether they are online or not", "true": "online now", "false": "offline"}
            self._online = fields.put("online", ui.select(ways, label="Presence", value=""))
            for field in (self._label, self._search, self._online):
                field.props(f"debounce={_WAIT}").on_value_change(self.preview)
        ids = ui.textarea("Ids of stations, one a line", value=named)
        self._ids = fields.put("stations", ids).props(f"debounce={_WAIT}")
        self._ids.on_value_change(self.preview)
        self._count = ui.label().classes("pre-line").props("role=status")
        self._show_way()

    def wish(self) -> dict[str, Any]:
        """As the API takes it."""
        if self._way.value == "all":
            return {"all": True}
        if self._way.value == "stations":
            return {"stations": self._named()}
        found = filled(label=self._label.value, search=self._search.value)
        return found | ({"online": self._online.value == "true"} if self._online.value else {})

    async def preview(self) -> int | None:
        """Say how many stations are chosen now, and return it; None while it is not known."""
        way = self._way.value
        if way == "stations":
            self._count.text = counted(len(self._named()), "station")
            return len(self._named())
        asked = self.wish()
        if way == "filter" and not asked:
            self._count.text = "Say which: none are chosen yet."
            return 0
        query = {name: value for name, value in asked.items() if name != "all"}
        if "online" in query:
            query["online"] = str(query["online"]).lower()
        found = await self._visit.ask(
            self._visit.api.get("/api/v1/stations", limit=_PREVIEW, **query)
        )
        if found is None:
            return None
        if asked == self.wish():
            self._count.text = _told(found)
        total: int = found["total"]
        return total

    def _named(self) -> list[str]:
        lines = (each.strip() for each in (self._ids.value or "").splitlines())
        return list(dict.fromkeys(filter(None, lines)))

    async def _change(self) -> None:
        self._show_way()
        await self.preview()

    def _show_way(self) -> None:
        self._filters.set_visibility(self._way.value == "filter")
        self._ids.set_visibility(self._way.value == "stations")


def _told(found: Any) -> str:
    names = ", ".join(each["id"] for each in found["items"])
    more = ", …" if found["total"] > len(found["items"]) else ""
    count = counted(found["total"], "station")
    return f"{count}: {names}{more}" if names else f"{count}."
