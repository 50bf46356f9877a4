"""Making a reservation: which connector, for whom, until when."""

from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.parts.asking import Dialog, local, moment, number, written
from commands.ui.parts.outcome import WAIT
from commands.ui.visit import Visit

_USUAL = timedelta(hours=1)
_HINT = (
    "The station is asked to keep the connector (ReserveNow), whatever it is doing; its answer"
    " decides. Connector 0 means any connector, where the station supports that."
)
_GOOD = frozenset({"accepted"})
_OPEN = frozenset({"requested", "unanswered"})
_STATIONS = 500  # that are offered while typing


async def reserved(visit: Visit, station: str = "") -> Any:
    """Ask for it, and tell what the station says; None when somebody thought better of it."""
    names = [each["id"] async for each in visit.api.items("/api/v1/stations", most=_STATIONS)]
    form = Dialog(visit, "Reserve a connector", hint=_HINT)
    with form.within():
        where = form.field("station", ui.input("Station", value=station, autocomplete=names))
        connector = form.field("connector_id", ui.number("Connector (0: any)", value=1, min=0))
        tag = form.field("id_tag", ui.input("Token"))
        end = local((visit.now + _USUAL).isoformat(), visit.zone)
        until = form.field("expiry_date", moment("Until", value=end))

    async def send() -> Any:
        wish = {
            "station": where.value or "",
            "connector_id": number(connector.value),
            "id_tag": tag.value or "",
            "expiry_date": written(until, visit.zone),
        }
        return await visit.api.post("/api/v1/reservations", wish, wait=WAIT)

    made = await form.asked("Reserve", send)
    if made:
        tell(made, f"Reservation {made['reservation_id']} at {made['station']}")
    return made


def tell(reservation: Any, what: str) -> None:
    """How it stands now."""
    status = reservation["status"]
    kind = "positive" if status in _GOOD else "ongoing" if status in _OPEN else "warning"
    said = {"requested": "waiting for the station", "unanswered": "not answered: it may stand"}
    reason = f" ({reservation['reason']})" if reservation["reason"] else ""
    options = {} if kind == "positive" else {"close_button": "Close"}
    told = f"{what}: {said.get(status, status)}{reason}"
    ui.notify(told, type="info" if kind == "ongoing" else kind, timeout=10_000, **options)  # type: ignore[arg-type]  # words of NiceGUI
