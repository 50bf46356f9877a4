"""Deciding several cases of one kind: one after the other, each a decision of its own."""

from collections.abc import Sequence
from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.case.words import KINDS, RULINGS, consequence
from commands.ui.parts.words import counted
from commands.ui.visit import Visit

_EACH_BY_ITSELF = frozenset({"assign", "accept"})  # what needs a look at each


async def decided(visit: Visit, cases: Sequence[Any]) -> bool:
    """Ask how, and decide them; whether any was."""
    kinds = {each["kind"] for each in cases}
    if len(kinds) != 1:
        ui.notify("Choose cases of one kind: what may be decided follows from it.", type="warning")
        return False
    first = await visit.ask(visit.api.get(f"/api/v1/quarantine/{cases[0]['number']}"))
    if first is None:
        return False
    rulings = [each for each in first["rulings"] if each not in _EACH_BY_ITSELF]
    return await _Bulk(visit, cases, rulings).run()


class _Bulk:
    """A dialog: the ruling and why, then how far it is, then what was refused."""

    def __init__(self, visit: Visit, cases: Sequence[Any], rulings: list[str]) -> None:
        self._visit, self._cases = visit, cases
        kind = KINDS.get(cases[0]["kind"], cases[0]["kind"])
        title = f"Decide {counted(len(cases), 'case')}: {kind}"
        numbers = ", ".join(str(each["number"]) for each in cases)
        with ui.dialog().props("persistent") as self._dialog, ui.card().classes("dialog"):
            self._dialog.props["aria-label"] = title
            ui.label(title).classes("dialog-title")
            ui.label(f"Numbers: {numbers}. What belongs to a transaction is decided case by case.")
            options = {each: RULINGS[each] for each in rulings}
            self._ruling = ui.radio(options, value=rulings[0], on_change=self._preview)
            self._follows = ui.label().classes("muted")
            self._note = ui.input("Why, for the record").props("outlined dense maxlength=1000")
            self._note.classes("w-full")
            self._bar = ui.linear_progress(0, show_value=False).props("aria-label=Progress")
            self._bar.set_visibility(False)
            self._told = ui.label().classes("pre-line").props("role=status")
            with ui.row().classes("w-full justify-end"):
                self._leave = ui.button("Cancel", on_click=self._dialog.close)
                self._leave.props("flat no-caps")
                self._sure = ui.button("Decide all of them", on_click=self._go)
                self._sure.props("no-caps unelevated color=negative")
                self._sure.bind_enabled_from(self._note, "value", backward=bool)
        self._count = 0
        self._preview()

    async def run(self) -> bool:
        """Whether any was decided."""
        await self._dialog
        self._dialog.delete()
        return self._count > 0

    def _preview(self) -> None:
        told = consequence(self._cases[0], self._ruling.value, None, meter_wh=None, energy_wh=None)
        self._follows.text = f"For each: {told}"

    async def _go(self) -> None:
        self._sure.set_visibility(False)
        self._bar.set_visibility(True)
        wish = {"ruling": self._ruling.value, "note": self._note.value}
        refusals: list[str] = []
        for place, case in enumerate(self._cases, start=1):
            try:
                await self._visit.api.post(f"/api/v1/quarantine/{case['number']}/resolve", wish)
                self._count += 1
            except Refused as refused:
                told = f"Case {case['number']}: {refused.detail} (request {refused.request})"
                refusals.append(told)
            self._bar.value = place / len(self._cases)
            done = f"{self._count} decided, {len(refusals)} refused, of {len(self._cases)}"
            self._told.text = "\n".join((done, *refusals))
        self._leave.text = "Close"
