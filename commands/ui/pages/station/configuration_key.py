"""One key of a station's configuration: changed now, or desired from now on."""

from typing import Any, Literal

from nicegui import ui

from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details

Act = Literal["change", "desire", "drop"]
_LONGEST_KEY, _LONGEST_VALUE = 50, 500  # characters (OCPP 1.6 section 6.9)
_EXPLAINED = (
    "Change now sends ChangeConfiguration; the station may behave otherwise from then on. Desire"
    " sends nothing, but where drift is put right without asking: it says what the key should be,"
    " and shows when it is not."
)


async def open_key(subject: Subject, outcomes: Outcomes, key: dict[str, Any]) -> None:
    """Show all that is known of a key, and ask what is to become of it."""
    zone = subject.visit.zone
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = f"Key {key['key']} of {subject.station}"
        ui.label(f"{key['key']} · {subject.station}").classes("dialog-title")
        Details().show(
            {
                "Value": cells.text(key["value"]),
                "Read-only": cells.text(key["readonly"]),
                "Told": cells.time(key["reported_at"], zone),
                "Desired": cells.text(key["desired"]),
                "Desired by": cells.text(key["desired_by"]),
                "Desired since": cells.time(key["desired_at"], zone),
                "Last change to": cells.text(key["change_value"]),
                "It was answered": cells.text(key["change_status"]),
                "Changed": cells.time(key["changed_at"], zone),
            }
        )
        first = key["value"] if key["desired"] is None else key["desired"]
        value = _value_field(first or "")
        with ui.row().classes("w-full justify-end"):
            ui.button("Close", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            if key["desired"] is not None:
                _choice(dialog, "Desire nothing", "drop")
            _choice(dialog, "Desire", "desire")
            _choice(dialog, "Change now", "change", colour="negative")
    act: Act | None = await dialog
    dialog.delete()
    if act is not None:
        await _do(subject, outcomes, key["key"], act, value.value or "")


async def change_key(subject: Subject, outcomes: Outcomes) -> None:
    """The same for a key that is typed: the station may not have told of it."""
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = f"Change a key of {subject.station}"
        ui.label(f"Change a key of {subject.station}").classes("dialog-title")
        name = ui.input("Key").props(f"outlined dense autofocus maxlength={_LONGEST_KEY}")
        name.classes("w-full")
        value = _value_field("")
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            desire = _choice(dialog, "Desire", "desire")
            change = _choice(dialog, "Change now", "change", colour="negative")
            for button in (desire, change):
                button.bind_enabled_from(name, "value", backward=bool)
    act: Act | None = await dialog
    dialog.delete()
    if act is not None:
        await _do(subject, outcomes, name.value, act, value.value or "")


def _value_field(first: str) -> ui.input:
    field = ui.input("Value", value=first).classes("w-full")
    field.props(f"outlined dense maxlength={_LONGEST_VALUE}")
    ui.label(_EXPLAINED).classes("muted")
    return field


def _choice(dialog: ui.dialog, name: str, act: Act, *, colour: str = "primary") -> ui.button:
    button = ui.button(name, on_click=lambda: dialog.submit(act))
    return button.props(f"no-caps {'unelevated' if act == 'change' else 'outline'} color={colour}")


async def _do(subject: Subject, outcomes: Outcomes, key: str, act: Act, value: str) -> None:
    visit, path = subject.visit, subject.path("configuration", key)
    if act == "change":
        call = await visit.ask(visit.api.put(path, {"value": value}))
        if call is not None:
            outcomes.add(call)
    elif act == "desire":
        await visit.do(visit.api.put(f"{path}/desired", {"value": value}), f"{key} is desired so")
    else:
        await visit.do(visit.api.delete(f"{path}/desired"), f"Nothing is desired of {key}")
