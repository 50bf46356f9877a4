"""The configuration of a station: as reported, as desired, what drifted, and putting it right."""

from typing import Any

from nicegui import events, ui

from commands.ui.pages.station.configuration_key import change_key, open_key
from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells, dialogs
from commands.ui.parts.cells import Cell
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options

Key = dict[str, Any]

_SHOWN = 200  # keys of a page
_DRIFT = {"true": "with drift", "false": "without drift"}


async def build(subject: Subject) -> Refresh:
    """The keys in a list, and what can be done about them above it."""
    outcomes = Outcomes(subject)
    acts = _Acts(subject, outcomes)
    if subject.may("operator"):
        acts.draw()
    with ui.element("div").classes("when-any"), section("What became of it"):
        outcomes.draw()
    listing = _listing(subject, outcomes)

    async def refresh() -> None:
        await listing.refresh()
        await acts.refresh()

    await refresh()
    return refresh


def _listing(subject: Subject, outcomes: Outcomes) -> Listing:
    """Which drift is shown is of this tab alone: the address stays that of the page."""

    def opened(key: Key) -> object:
        return open_key(subject, outcomes, key)

    options = Options(
        key="key",
        query={"at": subject.at},
        shown=_SHOWN,
        name="Configuration",
        empty="Nothing is known of its keys. Ask the station for all of them first.",
        on_open=opened if subject.may("operator") else None,
    )
    filters = ui.row().classes("filters")
    listing = Listing(subject.visit, subject.path("configuration"), _columns(subject), options)

    async def choose(event: events.ValueChangeEventArguments[Any]) -> None:
        await listing.filter(drift=event.value or "")

    with filters:
        chosen = ui.select({"": "all keys", **_DRIFT}, label="Show", value="")
        chosen.props("dense outlined options-dense").on_value_change(choose)
    return listing


def _columns(subject: Subject) -> list[Column]:
    zone = subject.visit.zone
    return [
        Column("key", "Key", lambda each: cells.text(each["key"])),
        Column("value", "Value", _value),
        Column("desired", "Desired", lambda each: cells.text(each["desired"])),
        Column("drift", "Drift", _drift),
        Column("change", "Last change", _change),
        Column("reported", "Told", lambda each: cells.time(each["reported_at"], zone)),
    ]


def _value(key: Key) -> Cell:
    if key["unknown"]:
        return cells.state("it has no such key", "warn")
    said = cells.text(key["value"], title="read-only" if key["readonly"] else "")
    if key["readonly"]:
        said["text"] += " (read-only)"
    return said


def _drift(key: Key) -> Cell:
    if key["desired"] is None:
        return cells.text(None)
    if not key["drift"]:
        return cells.state("as desired", "good")
    return cells.state("drift", "bad", title=f"desired by {key['desired_by']}: {key['desired']}")


def _change(key: Key) -> Cell:
    if not key["change_status"]:
        return cells.text(None)
    said = f"{key['change_value']}: {key['change_status']}"
    return cells.text(said + (", in effect after a boot" if key["pending_reboot"] else ""))


class _Acts:
    """What concerns all keys at once."""

    def __init__(self, subject: Subject, outcomes: Outcomes) -> None:
        self._subject, self._outcomes, self._visit = subject, outcomes, subject.visit
        self._switch: ui.switch | None = None
        self._is_automatic = False

    def draw(self) -> None:
        """The buttons and the switch."""
        with ui.row().classes("actions"):
            _button("Ask for all keys", "refresh", self._ask)
            _button("Change a key", "edit", self._change)
            _button("Apply what is desired", "done_all", self._apply)
            self._switch = ui.switch("Put drift right after each boot")
            self._switch.on_value_change(self._automate)

    async def refresh(self) -> None:
        """The switch follows whoever else turns it."""
        if self._switch is None:
            return
        found = await self._subject.get("automation")
        if found is not None and found["automatic"] != self._is_automatic:
            self._is_automatic = found["automatic"]
            self._switch.set_value(self._is_automatic)

    async def _ask(self) -> None:
        asked = self._visit.api.post(self._subject.path("configuration", "ask"))
        call = await self._visit.ask(asked)
        if call is not None:
            self._outcomes.add(call)

    async def _change(self) -> None:
        await change_key(self._subject, self._outcomes)

    async def _apply(self) -> None:
        name = self._subject.station
        said = (
            "Each key with drift is changed to what is desired, one ChangeConfiguration after the"
            " other; the station may behave otherwise from then on."
        )
        if not await dialogs.confirmed(f"Put all drift of {name} right", said, verb="Apply"):
            return
        wish = self._visit.api.post(self._subject.path("configuration", "apply"))
        applied = await self._visit.ask(wish)
        if applied is None:
            return
        if not applied["calls"]:
            ui.notify("There is nothing to change, or it is on its way already.")
        for id in applied["calls"]:
            call = await self._visit.ask(self._visit.api.get(f"/api/v1/calls/{id}"))
            if call is not None:
                self._outcomes.add(call)

    async def _automate(self, event: events.ValueChangeEventArguments[Any]) -> None:
        wanted = bool(event.value)
        if wanted == self._is_automatic:
            return
        self._is_automatic = wanted
        wish = self._visit.api.put(self._subject.path("automation"), {"automatic": wanted})
        done = "Drift is put right without asking" if wanted else "Drift is only shown"
        if await self._visit.do(wish, done) is None and self._switch:
            self._is_automatic = not wanted
            self._switch.set_value(not wanted)


def _button(name: str, icon: str, act: Any) -> None:
    ui.button(name, icon=icon, on_click=act).props("outline no-caps dense")
