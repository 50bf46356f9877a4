"""What the list of stations shows of each."""

from datetime import datetime
from typing import Any

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.listing import Column
from commands.ui.visit import Visit
from commands.ui.zone import Zone, ago

_FRESH = 60.0  # s: more often than that "last seen" need not change
_NOT_YET = "not reported"


def columns(visit: Visit) -> tuple[Column, ...]:
    """From who it is to what people noted."""
    return (
        Column("id", "Station", lambda each: cells.station(each["id"])),
        Column("online", "Presence", lambda each: _presence(each, visit.zone)),
        Column("seen", "Last seen", lambda each: _seen(each, visit)),
        Column("connectors", "Connectors", _connectors),
        Column("running", "Running", _running, align="right"),
        Column("model", "Vendor and model", _model),
        Column("firmware", "Firmware", lambda each: cells.text(_boot(each, "firmware_version"))),
        Column("registration", "Registration", lambda each: cells.state(each["registration"])),
        Column("labels", "Labels", lambda each: cells.chips((it, "idle") for it in each["labels"])),
        Column("note", "Note", lambda each: cells.text(each["note"], title=each["note"])),
    )


def _presence(station: Any, zone: Zone) -> Cell:
    connection = station["connection"] or {}
    if station["online"]:
        return cells.state("online", title=f"since {zone.text(connection.get('connected_at'))}")
    since = connection.get("disconnected_at")
    if not since:
        return cells.state("never here")
    local = zone.local(since)
    return cells.state(f"offline since {local:%d %b %H:%M}", title=zone.utc(since))


def _seen(station: Any, visit: Visit) -> Cell:
    at = station["last_frame_at"]
    if not at:
        return cells.text("never")
    is_fresh = (visit.now - datetime.fromisoformat(at)).total_seconds() < _FRESH
    said = "just now" if is_fresh else f"{ago(at, visit.now)} ago"
    return cells.text(said, title="" if is_fresh else visit.zone.text(at))


def _connectors(station: Any) -> Cell:
    counts: dict[str, int] = station["connectors"]
    return cells.chips(
        (f"{count} {status or _NOT_YET}", cells.tone_of(status)) for status, count in counts.items()
    )


def _running(station: Any) -> Cell:
    return cells.text(station["transactions_running"] or "")


def _model(station: Any) -> Cell:
    return cells.text(f"{_boot(station, 'vendor')} {_boot(station, 'model')}".strip())


def _boot(station: Any, name: str) -> str:
    said: str = (station["boot"] or {}).get(name, "")
    return said
