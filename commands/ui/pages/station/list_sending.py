"""Sending a local list: which tokens, what that changes at the station, and how it goes."""

from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import asking, cells
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows

_MOST = 10_000  # entries of a request
_PASTED = 200  # tags that are looked up one by one
_UNKNOWN = 404
_WHICH = {
    "all": "All tokens",
    "group": "The tokens of a group",
    "search": "Tokens found by a search",
    "tags": "Tags typed or pasted",
}
_LABELS = {
    "group": "Group",
    "search": "Part of tag, parent tag or note",
    "tags": "Tags, separated by spaces, commas or lines",
}
_HOW = {
    "": "as fits: a Full at first, then the difference",
    "Full": "Full: the list is replaced",
    "Differential": "Differential: what differs is sent, the rest stays",
}
_TONES: dict[str, cells.Tone] = {"added": "good", "changed": "busy", "removed": "bad"}


class Sending:
    """A wish, its difference to what the station holds, and the button that sends it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._wish: dict[str, Any] | None = None
        self._busy = False
        with section("Send a list"):
            self._fields()
            self._verdict = ui.label().classes("pre-line").props("role=status")
            self._changes = Rows(_columns(subject), name="What would change", empty="No change.")
            self._send = ui.button("Send", on_click=self._sent).props("no-caps unelevated")
        self._forget()

    def show(self, known: dict[str, Any]) -> None:
        """An update that is under way has to end first."""
        update = known["update"]
        self._busy = bool(update) and update["state"] == "under_way"
        self._send.set_enabled(not self._busy)

    def _fields(self) -> None:
        with ui.row().classes("filters"):
            self._which = ui.select(_WHICH, label="Tokens", value="all", on_change=self._choose)
            self._how = ui.select(_HOW, label="Update", value="", on_change=self._forget)
            self._size = ui.number("Entries in a call", min=1, precision=0)
            self._size.props('hint="empty: as many as it takes" hide-bottom-space')
            self._size.on_value_change(self._forget)
            for field in (self._which, self._how, self._size):
                field.props("outlined dense options-dense")
        self._given = ui.textarea(_LABELS["tags"], on_change=self._forget)
        self._given.props("outlined dense autogrow").classes("w-full")
        self._given.set_visibility(False)
        with ui.row().classes("actions"):
            look = ui.button("Show what would change", on_click=self._look)
            look.props("no-caps outline icon=difference")

    def _choose(self) -> None:
        which = self._which.value
        self._given.set_visibility(which in _LABELS)
        self._given.set_label(_LABELS.get(which, ""))
        self._forget()

    def _forget(self) -> None:
        """What was shown belongs to another wish."""
        self._wish = None
        self._verdict.text = ""
        self._changes.show([])
        for each in (self._changes.table, self._send):
            each.set_visibility(False)

    async def _look(self) -> None:
        self._forget()
        wish = await self._wished()
        if wish is None:
            return
        path = self._subject.path("local-list", "difference")
        found = await self._subject.visit.ask(self._subject.visit.api.post(path, wish))
        if found is None:
            return
        self._wish = wish
        self._verdict.text = _told(found)
        self._changes.show(found["changes"])
        self._changes.table.set_visibility(bool(found["changes"]))
        self._send.set_visibility(bool(found["payloads"]))
        self._send.set_enabled(not self._busy)
        self._send.text = f"Send {found['update_type']}"

    async def _wished(self) -> dict[str, Any] | None:
        """As the API takes it; None when it cannot be, which is then said."""
        wish = {"update_type": self._how.value, "part_size": asking.number(self._size.value)}
        how = {name: value for name, value in wish.items() if value}
        which, given = self._which.value, (self._given.value or "").strip()
        if which in {"all", "group"}:
            return {"tokens": {"group": given} if which == "group" and given else {}, **how}
        api = self._subject.visit.api
        if which == "search":
            listed = api.items("/api/v1/tokens", most=_MOST, search=given)
            return {"entries": [_entry(each) async for each in listed], **how}
        entries = await self._pasted(given)
        return None if entries is None else {"entries": entries, **how}

    async def _pasted(self, given: str) -> list[dict[str, Any]] | None:
        tags = list(dict.fromkeys(given.replace(",", " ").replace(";", " ").split()))
        if not 0 < len(tags) <= _PASTED:
            self._verdict.text = f"Type one tag at least, and {_PASTED} at most."
            return None
        entries, unknown = [], []
        for tag in tags:
            try:
                found = await self._subject.visit.api.get("/api/v1" + cells.path("tokens", tag))
                entries.append(_entry(found))
            except Refused as refused:
                if refused.status != _UNKNOWN:
                    self._subject.visit.tell(refused)
                    return None
                unknown.append(tag)
        if unknown:
            self._verdict.text = f"Not known here: {', '.join(unknown)}. Issue them first."
            return None
        return entries

    async def _sent(self) -> None:
        wish, visit = self._wish, self._subject.visit
        if wish is None:
            return
        counts = _counts(self._changes.items)
        title = f"Send a list to {self._subject.station}?"
        consequence = f"{counts or 'Nothing changes, the version goes up'}.\n{_LASTS}"
        if not await confirmed(title, consequence, verb="Send", danger="removed" in counts):
            return
        asked = visit.api.post(self._subject.path("local-list"), wish)
        if (update := await visit.ask(asked)) is not None:
            parts = update["parts"]
            calls = "one call" if parts == 1 else f"{parts} calls, one after the other"
            ui.notify(f"Version {update['version']} is on its way in {calls}.", type="positive")
            self._forget()


_LASTS = "It counts once the station has accepted it; while it is offline it decides by this list."


def _columns(subject: Subject) -> list[Column]:
    zone = subject.visit.zone
    return [
        Column("change", "Change", lambda e: cells.state(e["change"], _TONES[e["change"]])),
        Column("id_tag", "Token", lambda e: cells.token(e["id_tag"])),
        Column("status", "Status", lambda e: cells.text(e["status"])),
        Column("expiry_date", "Ends", lambda e: cells.time(e["expiry_date"], zone)),
        Column("parent", "Parent", lambda e: cells.text(e["parent_id_tag"])),
    ]


def _entry(token: dict[str, Any]) -> dict[str, Any]:
    return {name: token[name] for name in ("id_tag", "status", "expiry_date", "parent_id_tag")}


def _told(found: dict[str, Any]) -> str:
    if not found["payloads"]:
        return "The station holds exactly this already: there is nothing to send."
    parts = len(found["payloads"])
    calls = "one SendLocalList" if parts == 1 else f"{parts} SendLocalList, one after the other"
    return f"{found['update_type']} in {calls}. {_counts(found['changes']) or 'No entry changes'}."


def _counts(changes: list[dict[str, Any]]) -> str:
    kinds = [each["change"] for each in changes]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in _TONES if kind in kinds)
