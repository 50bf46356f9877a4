"""Reservations at a station: those that stand and those that were, one made, one cancelled."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station.profile_actions import connectors, needed, ready
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import asking, cells
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import WAIT, Outcome

_EMPTY = "Nothing is reserved here. Make a reservation to keep a connector for a token."
_ALIVE = ("requested", "accepted", "unanswered")
_TONES: dict[str, cells.Tone] = {
    "requested": "busy",
    "accepted": "good",
    "used": "good",
    "unanswered": "warn",
    **dict.fromkeys(("faulted", "occupied", "rejected", "unavailable", "failed"), "bad"),
}
_MAKE = "The station answers whether it keeps the connector; until then nothing is reserved."
_ANY = "Any connector (0)"


async def build(subject: Subject) -> Refresh:
    """The tab."""
    with section("Reservations"):
        tab = _Reservations(subject)
    await tab.refresh()
    return tab.refresh


class _Reservations:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._may = subject.may("operator")
        if self._may:
            with ui.row().classes("actions q-mb-sm"):
                make = ui.button("Reserve", on_click=self._make)
                make.props("no-caps unelevated icon=event_available")
            self._outcome = Outcome(subject.visit)
        query: dict[str, object] = {"station": subject.station, "at": subject.at}
        self._listing = Listing(
            subject.visit,
            "/api/v1/reservations",
            [*_columns(subject), Column("act", "", self._act)],
            Options(
                key="reservation_id",
                query=query,
                empty=_EMPTY,
                name="Reservations of the station",
                on_open=self._open,
            ),
        )

    async def refresh(self) -> None:
        """Read it again."""
        await self._listing.refresh()
        if self._may:
            await self._outcome.refresh()

    def _act(self, item: dict[str, Any]) -> cells.Cell:
        """What a row is opened for."""
        return cells.opener("Cancel" if self._cancellable(item) else "Details")

    def _cancellable(self, item: dict[str, Any]) -> bool:
        return self._may and item["status"] in _ALIVE

    async def _make(self) -> None:
        subject, zone = self._subject, self._subject.visit.zone
        places = await connectors(subject) | {0: _ANY}
        form = asking.Dialog(subject.visit, f"Reserve at {subject.station}", hint=_MAKE)
        with form.within():
            first = next((each for each in places if each), 0)
            where = ui.select(places, label="Connector", value=first)
            form.field("connector_id", where)
            tag = form.field("id_tag", ui.input("Token (idTag)").props("maxlength=20"))
            until = form.field("expiry_date", asking.moment("Until"))
            until.props["hint"] = f"in {zone.name}"

        async def send() -> object:
            wish = {
                "station": subject.station,
                "connector_id": where.value,
                "id_tag": needed(tag.value, "Say for which token."),
                "expiry_date": needed(asking.written(until, zone), "Say until when."),
            }
            return await subject.visit.api.post("/api/v1/reservations", wish, wait=WAIT)

        if (made := await form.asked("Reserve", send)) is not None:
            await self._outcome.follow(f"ReserveNow for {tag.value}", ready(made))
            await self._listing.refresh()

    async def _open(self, item: dict[str, Any]) -> None:
        number = item["reservation_id"]
        if not self._cancellable(item):
            where = cells.path("reservations", number)
            ui.navigate.to(f"{where}?station={self._subject.station}")
            return
        title = f"Cancel reservation {number} at {self._subject.station}?"
        then = (
            f"{_place(item['connector_id'])} is free for everybody again, not for {item['id_tag']}."
        )
        if not await confirmed(title, then, verb="Cancel it"):
            return
        path = "/api/v1" + cells.path("reservations", number)
        wish = self._subject.visit.api.delete(path, station=self._subject.station, wait=WAIT)
        await self._outcome.follow(f"CancelReservation {number}", wish)
        await self._listing.refresh()


def _columns(subject: Subject) -> list[Column]:
    zone = subject.visit.zone
    return [
        Column("number", "Number", lambda e: _link(e, subject.station)),
        Column("connector", "Connector", lambda e: cells.text(_place(e["connector_id"]))),
        Column("token", "Token", lambda e: cells.token(e["id_tag"])),
        Column("until", "Until", lambda e: cells.time(e["expiry_date"], zone)),
        Column("status", "Status", _status),
        Column("asked", "Requested", lambda e: cells.time(e["requested_at"], zone)),
        Column("by", "By", lambda e: cells.text(e["requested_by"])),
        Column("used", "Transaction", lambda e: cells.transaction(e["transaction"])),
        Column("cancel", "Cancelling", lambda e: cells.text(e["cancel_status"])),
    ]


def _link(item: dict[str, Any], station: str) -> cells.Cell:
    number = item["reservation_id"]
    return cells.link(number, f"{cells.path('reservations', number)}?station={station}")


def _status(item: dict[str, Any]) -> cells.Cell:
    return cells.state(item["status"], _TONES.get(item["status"]), title=item["reason"])


def _place(connector: int) -> str:
    return "Any connector" if connector == 0 else f"Connector {connector}"
