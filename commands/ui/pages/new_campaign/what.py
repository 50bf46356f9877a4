"""What a campaign sends."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

from commands.ui.pages.new_campaign import contents
from commands.ui.pages.new_campaign.fields import Fields
from commands.ui.pages.new_campaign.wish import Wish
from commands.ui.visit import Visit

RENEWAL = "renewal"
_KINDS = {
    "firmware": "A firmware update",
    "signed_firmware": "A signed firmware update",
    "configuration": "A configuration value",
    "action": "Any call",
    RENEWAL: "A request for new certificates",
}
_BUILDERS: dict[str, Callable[[Visit, Fields], Awaitable[Callable[[], Wish]]]] = {
    "firmware": contents.firmware,
    "signed_firmware": contents.signed_firmware,
    "configuration": contents.configuration,
    "action": contents.action,
    RENEWAL: contents.renewal,
}


class What:
    """One of several kinds; the fields are those of the kind that is chosen."""

    def __init__(self, visit: Visit, fields: Fields, on_change: Callable[[str], object]) -> None:
        self._visit, self._fields, self._on_change = visit, fields, on_change
        asked = visit.query.get("what", "")
        self.kind = asked if asked in _KINDS else "firmware"
        choice = ui.radio(_KINDS, value=self.kind).props("inline").classes("radio")
        choice.props["aria-label"] = "What"
        choice.on_value_change(self._change)
        self._place = ui.column().classes("w-full form")
        self._wish: Callable[[], Wish] | None = None

    async def build(self) -> None:
        """The fields of the kind."""
        kind = self.kind
        self._place.clear()
        with self._place:
            wish = await _BUILDERS[kind](self._visit, self._fields)
        if kind == self.kind:
            self._wish = wish

    def wish(self) -> Wish:
        """What the fields say; raises ValueError."""
        if self._wish is None:
            raise ValueError("Choose what is to be sent.")
        return self._wish()

    async def _change(self, event: events.ValueChangeEventArguments[str]) -> None:
        self.kind = event.value
        self._on_change(self.kind)
        await self.build()
