"""The local list of a station: what is on it as the station confirmed it, and a new one sent."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station.list_sending import Sending
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import WAIT, Outcome

_STATES: dict[str, cells.Tone] = {
    "confirmed": "good",
    "uncertain": "warn",
    "unsupported": "bad",
    "unknown": "idle",
}
_UPDATES: dict[str, cells.Tone] = {"finished": "good", "under_way": "busy", "abandoned": "bad"}
_EMPTY = "Nothing is on it, as far as is known. Send a list, or ask the station for its version."


async def build(subject: Subject) -> Refresh:
    """The tab."""
    about = _About(subject)
    sending = Sending(subject) if subject.may("operator") else None
    with section("Entries, as the station confirmed them"):
        entries = _entries(subject)

    async def refresh() -> None:
        if known := await subject.get("local-list"):
            about.show(known)
            if sending:
                sending.show(known)
        await about.outcome.refresh()
        await entries.refresh()

    await refresh()
    return refresh


class _About:
    """What is known of the list, how the last update went, and what can be asked."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._automatic: ui.switch | None = None
        with section("Local list"):
            self._details = Details()
            self._bar = ui.linear_progress(0, show_value=False).props("rounded size=8px")
            self._bar.props('aria-label="Parts of the update that are done"').classes("q-mt-sm")
            if subject.may("operator"):
                self._controls()
            self.outcome = Outcome(subject.visit)

    def show(self, known: dict[str, Any]) -> None:
        """As it is now."""
        self._details.show(_cells(known, self._subject))
        update = known["update"]
        going = bool(update) and update["state"] == "under_way"
        self._bar.set_visibility(going)
        if going:
            self._bar.set_value((update["part"] - 1) / update["parts"])
        if self._automatic and self._automatic.value != known["automatic"]:
            self._automatic.set_value(known["automatic"])

    def _controls(self) -> None:
        with ui.row().classes("actions"):
            ask = ui.button("Ask for its version", on_click=self._ask)
            ask.props("no-caps outline icon=help_outline")
            self._automatic = ui.switch("After a Differential that failed, send a Full by itself")
            self._automatic.on("update:model-value", self._switch)

    async def _ask(self) -> None:
        path = self._subject.path("local-list", "ask")
        wish = self._subject.visit.api.post(path, wait=WAIT)
        await self.outcome.follow("GetLocalListVersion", wish)

    async def _switch(self) -> None:
        on = bool(self._automatic and self._automatic.value)
        path = self._subject.path("local-list", "automatic")
        wish = self._subject.visit.api.put(path, {"automatic": on})
        done = "A Full follows by itself." if on else "Nothing is sent by itself."
        await self._subject.visit.do(wish, done)


def _cells(known: dict[str, Any], subject: Subject) -> dict[str, cells.Cell]:
    zone = subject.visit.zone
    shown = {
        "Version": _version(known["version"]),
        "State": cells.state(known["state"], _STATES.get(known["state"])),
        "Entries": cells.text(known["entries"]),
        "Changed": cells.time(known["changed_at"], zone),
        "The station told its version": cells.time(known["told_at"], zone),
        "Follows a failure": cells.text("a Full, once" if known["automatic"] else "nothing"),
    }
    if update := known["update"]:
        told = f"{update['state'].replace('_', ' ')}: part {update['part']} of {update['parts']}"
        tone = _UPDATES.get(update["state"])
        shown["Last update"] = cells.state(told, tone, title=f"by {update['by']}")
        if update["reason"]:
            shown["Why it was abandoned"] = cells.text(update["reason"])
    if failure := known["failure"]:
        told = f"{failure['status']}, version {failure['version']}"
        shown["Last failure"] = cells.link(told, cells.path("calls", failure["call"]))
        shown["Failed"] = cells.time(failure["at"], zone)
    if known["conflict_at"]:
        shown["LocalListConflict reported"] = cells.time(known["conflict_at"], zone)
    return shown


def _version(version: int | None) -> cells.Cell:
    names = {None: "not known", -1: "none: the station has no lists", 0: "0: it is empty"}
    return cells.text(names.get(version, version))


def _entries(subject: Subject) -> Listing:
    zone = subject.visit.zone
    columns = [
        Column("id_tag", "Token", lambda e: cells.token(e["id_tag"])),
        Column("status", "Status", lambda e: cells.state(e["status"])),
        Column("expiry_date", "Ends", lambda e: cells.time(e["expiry_date"], zone)),
        Column("parent", "Parent", lambda e: cells.text(e["parent_id_tag"])),
        Column("listed_at", "Listed", lambda e: cells.time(e["listed_at"], zone)),
    ]
    options = Options(
        key="id_tag", query={"at": subject.at}, empty=_EMPTY, name="Entries of the local list"
    )
    return Listing(subject.visit, subject.path("local-list", "entries"), columns, options)
