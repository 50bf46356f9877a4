"""What is otherwise now than it was at an instant, grouped by what it is about."""

import json
from itertools import groupby
from typing import Any

from nicegui import ui

from commands.ui.pages.station.subject import Subject
from commands.ui.parts.heading import empty, section

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
        with ui.element("div").classes("changes"):
            for (aspect, key), within in groupby(told, lambda each: (each["aspect"], each["key"])):
                _group(f"{_NAMES.get(aspect, aspect)} {key}".strip(), list(within))


def _group(name: str, differences: list[dict[str, Any]]) -> None:
    with ui.element("article").classes("change"):
        with ui.element("h3").classes("card-title"):
            ui.label(name)
        with ui.element("ul"):
            for each in differences:
                _line(each)


def _line(difference: dict[str, Any]) -> None:
    with ui.element("li"):
        if difference["member"]:
            ui.label(difference["member"].replace("_", " ").replace(".", " · ")).classes("muted")
            _value(difference["before"], "change-old")
            ui.icon("arrow_forward").props('aria-label="became"')
            _value(difference["after"], "change-new")
        elif difference["before"] is None:
            ui.label("is new").classes("muted")
            _value(difference["after"], "change-new")
        else:
            ui.label("is gone").classes("muted")
            _value(difference["before"], "change-old")


def _value(value: Any, kind: str) -> None:  # noqa: ANN401 - JSON
    whole = _said(value)
    label = ui.label(whole[:_LONG] + ("…" if len(whole) > _LONG else "")).classes(kind)
    if len(whole) > _LONG:
        label.props["title"] = whole


def _said(value: Any) -> str:  # noqa: ANN401 - JSON
    if value in (None, ""):
        return "nothing"
    if isinstance(value, dict):
        told = (f"{name}: {_said(each)}" for name, each in value.items() if each not in (None, ""))
        return ", ".join(told)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
