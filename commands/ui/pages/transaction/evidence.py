"""How a transaction began and ended, and who says so."""

from typing import Any

from nicegui import ui

from commands.ui.pages.transaction.subject import Subject, frames
from commands.ui.pages.transactions import duration, state
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section


class Evidence:
    """Three lists of details; `show` changes them in place."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        with section("Transaction"):
            self._all = Details()
        with ui.element("div").classes("halves"):
            with section("Start"):
                self._start = Details()
            with section("End"):
                self._end = Details()

    def show(self, row: Any) -> None:
        """As it stands."""
        self._all.show(_summary(self._subject, row))
        self._start.show(_start(self._subject, row))
        self._end.show(_end(self._subject, row))


def _summary(subject: Subject, row: Any) -> dict[str, Cell]:
    cell = {
        "State": state(row),
        "Station": cells.station(row["station"]),
        "Connector": cells.text(row["connector"]),
        "Token": cells.token(row["id_tag"]),
        "Parent token": cells.token(row["parent_id_tag"]),
        "Energy": cells.energy(row["energy_wh"]),
        "Power": cells.power(row["power_w"]),
        "Duration": duration(subject.visit, row),
    }
    if (reservation := row["reservation"]) is not None:
        where = f"{cells.path('reservations', reservation)}?station={row['station']}"
        cell["Reservation"] = cells.link(reservation, where)
    return cell


def _start(subject: Subject, row: Any) -> dict[str, Cell]:
    zone = subject.visit.zone
    received = row["start_received_at"]
    return {
        "Station's clock": cells.time(row["started_at"], zone, exact=True),
        "Received": cells.time(received, zone, exact=True),
        "Meter": cells.energy(row["meter_start_wh"]),
        "Token was told as": cells.state(row["id_tag_status"]),
        "Frames": frames("The station's timeline then", row["station"], received, zone),
    }


def _end(subject: Subject, row: Any) -> dict[str, Cell]:
    zone = subject.visit.zone
    if row["status"] == "open":
        return {
            "State": cells.text("It runs: its station has not told a stop."),
            "Last reading": cells.energy(row["last_meter_wh"]),
        }
    received = row["stop_received_at"] or row["closed_at"]
    cell = {
        "Station's clock": cells.time(row["stopped_at"], zone, exact=True),
        "Received": cells.time(row["stop_received_at"], zone, exact=True),
        "Meter": cells.energy(row["meter_stop_wh"]),
        "Last reading": cells.energy(row["last_meter_wh"]),
        "Reason": cells.text(row["stop_reason"]),
        "Stopped with token": cells.token(row["stop_id_tag"]),
        "Frames": frames("The station's timeline then", row["station"], received, zone),
    }
    if row["closed_at"]:
        cell["Closed without the station"] = cells.time(row["closed_at"], zone)
        cell["Closed by"] = cells.text(row["closed_by"])
        cell["Why it was closed"] = cells.text(row["closed_reason"])
    return cell
