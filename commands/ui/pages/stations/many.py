"""Labelling and removing many stations, one after the other, with what came of each."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.stations.choice import Choice
from commands.ui.parts import dialogs
from commands.ui.parts.cells import path
from commands.ui.parts.work import Failure, Work, failed
from commands.ui.visit import Visit

_IMPORT = "/api/v1/stations/import"
_AT_A_TIME = 50  # lines
_AT_ONCE = 8  # removals
_REMOVAL = (
    "Their connections are closed and they are not let in any more; their passwords are forgotten."
    " Transactions, calls and history stay. They can be registered again.\n{0}"
)


async def label(visit: Visit, choice: Choice) -> bool:
    """Ask for a label, and put it on all that have it not; whether something was done."""
    word = await _word(f"Add a label to {choice.whom}", choice.which, "Add it")
    return bool(word) and await _labelled(visit, choice, word or "", wanted=True)


async def unlabel(visit: Visit, choice: Choice) -> bool:
    """Ask for a label, and take it off all that have it."""
    word = await _word(f"Take a label off {choice.whom}", choice.which, "Take it off")
    return bool(word) and await _labelled(visit, choice, word or "", wanted=False)


async def remove(visit: Visit, choice: Choice) -> bool:
    """Take them out of the register, if somebody is sure."""
    title = f"Remove {choice.whom}?"
    if not await dialogs.confirmed(
        title, _REMOVAL.format(choice.which), verb=f"Remove {choice.whom}"
    ):
        return False
    stations = await _stations(visit, choice)

    async def go(batch: Sequence[Any]) -> list[Failure]:
        id = batch[0]["id"]
        try:
            await visit.api.delete("/api/v1" + path("stations", id))
        except Refused as refused:
            return [failed(id, refused)]
        return []

    await Work(f"Removing {choice.whom}").run(stations, go, at_a_time=1, at_once=_AT_ONCE)
    return True


async def _labelled(visit: Visit, choice: Choice, word: str, *, wanted: bool) -> bool:
    stations = [
        each for each in await _stations(visit, choice) if (word in each["labels"]) != wanted
    ]
    if not stations:
        ui.notify("That is so already: nothing is changed.")
        return False

    async def go(batch: Sequence[Any]) -> list[Failure]:
        try:
            lines = _lines(batch, word, wanted=wanted)
            told = await visit.api.send(_IMPORT, lines, "text/csv")
        except Refused as refused:
            return [failed(each["id"], refused) for each in batch]
        return [Failure(it["id"], it["problem"]) for it in told["lines"] if it["problem"]]

    title = f"{'Adding' if wanted else 'Taking off'} the label {word}"
    await Work(title).run(stations, go, at_a_time=_AT_A_TIME)
    return True


def _lines(stations: Sequence[Any], word: str, *, wanted: bool) -> bytes:
    """Of an import that changes labels alone."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("id", "labels"))
    for each in stations:
        others = [label for label in each["labels"] if label != word]
        writer.writerow((each["id"], " ".join([*others, word] if wanted else others)))
    return text.getvalue().encode()


async def _stations(visit: Visit, choice: Choice) -> list[Any]:
    async def read() -> list[Any]:
        return [each async for each in choice.each(visit.api)]

    return await visit.ask(read()) or []


async def _word(title: str, hint: str, verb: str) -> str | None:
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        ui.label(title).classes("dialog-title")
        ui.label(hint).classes("muted")
        field = ui.input("Label").classes("w-full").props("autofocus outlined dense")
        field.on("keydown.enter", lambda: dialog.submit((field.value or "").strip()))
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            sure = ui.button(verb, on_click=lambda: dialog.submit((field.value or "").strip()))
            sure.props("no-caps unelevated").bind_enabled_from(field, "value", backward=bool)
    answer: str | None = await dialog
    dialog.delete()
    return answer
