"""Having a connector kept for a token; the number is one that is free."""

from datetime import timedelta
from typing import Any

from nicegui import ui

from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.subject import Subject
from commands.ui.parts.fields import written
from commands.ui.parts.form import Form

_USUAL = timedelta(minutes=30)
_HELD = "connector_id"
_WISH = {
    "type": "object",
    "properties": {
        _HELD: {"type": "integer", "minimum": 0, "description": "0: any connector"},
        "id_tag": {"type": "string", "minLength": 1, "maxLength": 20},
        "expiry_date": {"type": "string", "format": "date-time"},
        "parent_id_tag": {
            "type": "string",
            "maxLength": 20,
            "description": "whose tokens may use it too; left out: as the token has it",
        },
        "reservation_id": {"type": "integer", "description": "left out: a free one"},
    },
    "required": [_HELD, "id_tag", "expiry_date"],
    "additionalProperties": False,
}


async def reserve(subject: Subject, connector: int, outcomes: Outcomes) -> None:
    """Ask for whom and until when, and send it."""
    first = {_HELD: connector, "expiry_date": written(subject.visit.now + _USUAL)}
    with ui.dialog() as dialog, ui.card().classes("dialog dialog-wide"):
        dialog.props["aria-label"] = f"Reserve connector {connector} of {subject.station}"
        ui.label(f"Reserve connector {connector} of {subject.station}").classes("dialog-title")
        ui.label("It is kept for this token until then, or until it is used or cancelled.")
        form = Form(_WISH, subject.visit.zone, first)

        def submit() -> None:
            if form.check():
                dialog.submit(form.value)

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            ui.button("Reserve", on_click=submit).props("no-caps unelevated")
    wish: dict[str, Any] | None = await dialog
    dialog.delete()
    if wish is None:
        return
    visit, whole = subject.visit, {"station": subject.station, **(wish or {})}
    placed = await visit.ask(visit.api.post("/api/v1/reservations", whole))
    if placed is not None:
        outcomes.add(placed["call"])
