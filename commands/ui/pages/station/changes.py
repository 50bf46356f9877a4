"""What is otherwise now than it was at an instant, grouped by what it is about."""

import json
from itertools import groupby
from typing import Any

from nicegui import ui

from commands.ui.pages.station.subject import Subject
from commands.ui.parts.heading import empty, section
from commands.ui.parts.schema import is_time
from commands.ui.zone import Zone

_NAMES = {
    "station": "Station",
    "connectors": "Connector",
    "transactions": "Transaction",
    "reservations": "Reservation",
    "configuration": "Configuration key",
    "automation": "Automation of the configuration",
    "local_list": "Local list",
    "local_list_entries": "Token on the local list",
    "charging_profiles": "Charging profile",
}
_LONG = 120  # characters of a value that are shown
_MOST = 60  # things that are shown
_NOISE = frozenset({"received_at", "position", "last_position", "first_position"})


async def build(subject: Subject) -> None:
    """All of it, from the instant until now."""
    asked = subject.visit.api.get(subject.path("changes"), **{"from": subject.at, "limit": 1})
    found = await subject.visit.ask(asked)
    with section("What changed since"):
        if found is None:
            empty("It is not known what changed.")
            return
        told = [each for each in found["differences"] if each["member"] not in _NOISE]
        if not told:
            empty("Nothing: it is now as it was then.")
            return
        groups = [
            (f"{_NAMES.get(aspect, aspect)} {key}".strip(), list(within))
            for (aspect, key), within in groupby(told, lambda each: (each["aspect"], each["key"]))
        ]
        with ui.element("div").classes("changes"):
            for name, differences in groups[:_MOST]:
                _group(name, differences, subject.visit.zone)
        if len(groups) > _MOST:
            empty(f"… and {len(groups) - _MOST} more: choose a later instant, or see the timeline.")


def _group(name: str, differences: list[dict[str, Any]], zone: Zone) -> None:
    with ui.element("article").classes("change"):
        with ui.element("h3").classes("card-title"):
            ui.label(name)
        with ui.element("ul"):
            for each in differences:
                _line(each, zone)


def _line(difference: dict[str, Any], zone: Zone) -> None:
    with ui.element("li"):
        if difference["member"]:
            ui.label(difference["member"].replace("_", " ").replace(".", " · ")).classes("muted")
            _value(difference["before"], zone, "change-old")
            ui.icon("arrow_forward").props('aria-label="became"')
            _value(difference["after"], zone, "change-new")
        elif difference["before"] is None:
            ui.label("is new").classes("muted")
            _value(difference["after"], zone, "change-new")
        else:
            ui.label("is gone").classes("muted")
            _value(difference["before"], zone, "change-old")


def _value(value: Any, zone: Zone, kind: str) -> None:
    whole = _said(value, zone)
    label = ui.label(whole[:_LONG] + ("…" if len(whole) > _LONG else "")).classes(kind)
    if len(whole) > _LONG:
        label.props["title"] = whole


def _said(value: Any, zone: Zone) -> str:
    if value in (None, ""):
        return "nothing"
    if isinstance(value, dict):
        given = {name: each for name, each in value.items() if each not in (None, "")}
        return ", ".join(f"{name}: {_said(each, zone)}" for name, each in given.items())
    if isinstance(value, str):
        return zone.text(value) if _is_time(value) else value
    return json.dumps(value, ensure_ascii=False)


def _is_time(text: str) -> bool:
    """As the API writes them; not everything that could be read as one."""
    return "T" in text and text.endswith("Z") and is_time(text)
