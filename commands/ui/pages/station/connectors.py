"""The connectors of a station, one card each: how it is, what runs there, what can be done."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.pages.station.calling import Calling
from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.reserving import reserve
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, section

_POWER = "Power.Active.Import"
_VALUES = 60  # the newest, of all connectors
_ALL = 200  # connectors; stations have a few
_STANDS = frozenset({"requested", "accepted", "unanswered"})
_FRESH = timedelta(minutes=15)  # that a power is told of as of now


@dataclass(frozen=True, slots=True)
class _Look:
    """A connector with what belongs to it."""

    connector: dict[str, Any]
    transaction: dict[str, Any] | None
    power_w: float | None
    reservation: dict[str, Any] | None


async def build(subject: Subject, outcomes: Outcomes) -> Refresh:
    """The cards."""
    with section("Connectors"):
        nothing = empty("No connector has reported its status.")
        box = ui.element("div").classes("cards")
    calling = Calling(subject, outcomes)
    cards: dict[int, _Card] = {}

    async def refresh() -> None:
        looks = await _looks(subject)
        if looks is None:
            return
        nothing.set_visibility(not looks)
        for look in looks:
            number = look.connector["connector"]
            if number not in cards:
                with box:
                    cards[number] = _Card(subject, number, calling, outcomes)
            cards[number].show(look)

    await refresh()
    return refresh


async def _looks(subject: Subject) -> list[_Look] | None:
    ask, api, at = subject.visit.ask, subject.visit.api, subject.at
    of = {"station": subject.station, "at": at, "limit": _ALL}
    connectors = await ask(api.get("/api/v1/connectors", **of))
    running = await ask(api.get("/api/v1/transactions", open="true", **of))
    reserved = await ask(api.get("/api/v1/reservations", **of))
    if connectors is None or running is None or reserved is None:
        return None
    power = {} if subject.is_past or not running["items"] else await _power(subject)
    by_number = {each["id"]: each for each in running["items"]}
    kept = {
        each["connector_id"]: each
        for each in reversed(reserved["items"])
        if each["status"] in _STANDS
    }
    return [
        _Look(
            each,
            by_number.get(each["transaction"]),
            power.get(each["transaction"]),
            kept.get(each["connector"]),
        )
        for each in connectors["items"]
    ]


async def _power(subject: Subject) -> dict[int, float]:
    """By transaction, as told last: the sum of the phases when there is no total."""
    found = await subject.get(
        "meter-values", measurand=_POWER, in_transaction="true", limit=_VALUES
    )
    oldest = (subject.visit.now - _FRESH).isoformat()
    moments: dict[int, list[dict[str, Any]]] = {}
    for each in (found or {"items": []})["items"]:
        of_it = moments.setdefault(each["transaction"], [])
        is_of_last = not of_it or of_it[0]["position"] == each["position"]
        if is_of_last and each["value"] is not None and each["received_at"] > oldest:
            of_it.append(each)
    return {number: _sum(values) for number, values in moments.items() if values}


def _sum(values: list[dict[str, Any]]) -> float:
    totals = [each for each in values if not each["phase"]] or values
    return float(sum(each["value"] * (1000 if each["unit"] == "kW" else 1) for each in totals))


class _Card:
    """One connector; 0 is the station itself."""

    def __init__(self, subject: Subject, number: int, calling: Calling, outcomes: Outcomes) -> None:
        self._subject, self._number, self._calling = subject, number, calling
        self._outcomes = outcomes
        self._transaction: int | None = None
        with ui.element("article").classes("card"):
            with ui.element("h3").classes("card-title"):
                ui.label(f"Connector {number}" if number else "Station itself")
            self._details = Details()
            if subject.may("operator"):
                self._buttons()

    def show(self, look: _Look) -> None:
        """How it is now."""
        self._details.show(_cells(look, self._subject))
        self._transaction = look.connector["transaction"]
        if self._number and self._subject.may("operator"):
            self._start.set_visibility(self._transaction is None)
            self._stop.set_visibility(self._transaction is not None)

    def _buttons(self) -> None:
        with ui.row().classes("actions"):
            if self._number:
                self._start = self._button("Remote start", "play_arrow", self._begin)
                self._stop = self._button("Remote stop", "stop", self._end)
                self._button("Unlock", "lock_open", self._unlock)
                self._button("Reserve", "event_seat", self._reserve)
            self._button("Availability", "block", self._availability)

    def _button(self, name: str, icon: str, act: Callable[[], Awaitable[object]]) -> ui.button:
        button = ui.button(name, icon=icon, on_click=act).props("outline no-caps dense")
        button.props["aria-label"] = f"{name}: connector {self._number}"
        return button

    async def _begin(self) -> None:
        await self._calling.open("RemoteStartTransaction", {"connectorId": self._number})

    async def _end(self) -> None:
        value = {} if self._transaction is None else {"transactionId": self._transaction}
        await self._calling.open("RemoteStopTransaction", value)

    async def _unlock(self) -> None:
        await self._calling.open("UnlockConnector", {"connectorId": self._number})

    async def _availability(self) -> None:
        await self._calling.open("ChangeAvailability", {"connectorId": self._number})

    async def _reserve(self) -> None:
        await reserve(self._subject, self._number, self._outcomes)


def _cells(look: _Look, subject: Subject) -> dict[str, Cell]:
    connector, transaction, zone = look.connector, look.transaction, subject.visit.zone
    told = (connector["info"], connector["vendor_id"], connector["vendor_error_code"])
    shown = {
        "Status": cells.state(connector["status"]),
        "Error": _error(connector["error_code"]),
        "Reported": cells.time(connector["reported_at"] or connector["received_at"], zone),
    }
    if info := " · ".join(filter(None, told)):
        shown["Said of it"] = cells.text(info)
    if number := connector["transaction"]:
        shown["Transaction"] = cells.link(number, cells.path("transactions", number))
    if transaction:
        shown["Token"] = cells.link(
            transaction["id_tag"], cells.path("tokens", transaction["id_tag"])
        )
        shown["Since"] = cells.time(transaction["started_at"], zone)
        shown["Energy"] = cells.energy(transaction["energy_wh"])
        if not subject.is_past:
            shown["Power now"] = cells.power(look.power_w)
    if kept := look.reservation:
        number = kept["reservation_id"]
        said = f"{number} for {kept['id_tag']} until {zone.text(kept['expiry_date'])}"
        shown["Reservation"] = cells.link(said, cells.path("reservations", number))
    return shown


def _error(code: str) -> Cell:
    return cells.text("none") if code == "NoError" else cells.state(code, "bad" if code else "idle")
