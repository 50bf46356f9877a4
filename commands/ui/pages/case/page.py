"""The page of a case."""

import json
from typing import Any

from nicegui import ui

from commands.ui.pages.case.deciding import Deciding
from commands.ui.pages.case.evidence import Evidence
from commands.ui.pages.case.words import WHY, about, kind, state
from commands.ui.pages.transaction.course import pretty
from commands.ui.pages.transaction.subject import frames
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.sheet import written
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit, number: str) -> None:
    """Build it: what came and why it is here, what it may be about, what is decided."""
    path = "/api/v1" + cells.path("quarantine", number)
    case = await visit.ask(visit.api.get(path))
    with heading(f"Case {number}", kind(case)["text"] if case else ""):
        reopen = ui.button("Reopen", icon="undo").props("no-caps outline")
        reopen.set_visibility(False)
    if case is None:
        empty(f"There is no case {number}. The quarantine lists those that there are.")
        return
    page = _Page(visit, path, case, reopen)
    await page.show(case)
    visit.live(page.refresh)


class _Page:
    """What came stays as it is; what is decided, and the candidates, may change."""

    def __init__(self, visit: Visit, path: str, case: Any, reopen: ui.button) -> None:
        self._visit, self._path, self._case, self._reopen = visit, path, case, reopen
        reopen.on_click(self._open_again)
        with ui.element("div").classes("halves"):
            with section("Why it is here"):
                ui.label(WHY.get(case["kind"], case["reason"]))
                self._details = Details()
            with section("What came"):
                _record(case)
        self._evidence = Evidence(visit, case)
        self._deciding = Deciding(visit, path, self._evidence, self.refresh)
        self._evidence.place_readings()

    async def refresh(self) -> None:
        """There may be news."""
        if (case := await self._visit.ask(self._visit.api.get(self._path))) is not None:
            await self.show(case)

    async def show(self, case: Any) -> None:
        """As it stands."""
        self._case = case
        self._details.show(_told(self._visit, case))
        is_decided = case["state"] == "resolved"
        self._reopen.set_visibility(is_decided and self._visit.may("operator"))
        await self._evidence.show(case)
        self._deciding.show(case)

    async def _open_again(self) -> None:
        note = await confirmed(
            f"Reopen case {self._case['number']} of {self._case['station']}?",
            "The decision is taken back, and what it corrected. A transaction that was open when a"
            " stop was assigned to it is then closed, with its last reading: it is not open again."
            " Readings that were given to another transaction stay there.",
            verb="Reopen it",
            reason=True,
        )
        if note:
            wish = self._visit.api.post(f"{self._path}/reopen", {"note": note})
            if await self._visit.do(wish, f"Case {self._case['number']} is open again"):
                await self.refresh()


def _record(case: Any) -> None:
    if not case["record"]:
        ui.label("The journal has the frame no more: it is older than what is kept.")
    else:
        written(pretty(case["record"]))
    if case["detail"]:
        ui.label("In detail").classes("muted")
        written(_plain(case["detail"]))


def _plain(detail: str) -> str:
    """As it is; a traceback keeps its lines."""
    try:
        return str(json.loads(detail)) if detail.startswith('"') else detail
    except ValueError:
        return detail


def _told(visit: Visit, case: Any) -> dict[str, cells.Cell]:
    zone = visit.zone
    told = {
        "State": state(case),
        "Reason": cells.text(case["reason"]),
        "Station": cells.station(case["station"]),
        "Message": cells.text(case["action"]),
        "About": about(case),
        "Put aside": cells.time(case["kept_at"], zone, exact=True),
        "Frames": frames("The station's timeline then", case["station"], case["kept_at"], zone),
    }
    if case["decided_at"]:
        told |= {
            "Decided" if case["ruling"] else "Reopened": cells.time(case["decided_at"], zone),
            "By": cells.text(case["decided_by"]),
            "Note": cells.text(case["note"]),
            "Transaction": cells.transaction(case["resolved_transaction"]),
        }
    if case["failures"]:
        told["Decided again in vain"] = cells.text(f"{case['failures']} times: {case['failure']}")
    return told


PAGE = Page(path="/quarantine/{number}", title="Case", show=show)
