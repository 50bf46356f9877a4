"""What an operator can do to a transaction that runs."""

from typing import Any

from nicegui import ui

from commands.ui.pages.transaction.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.outcome import WAIT, Outcome


class Actions:
    """Buttons for the heading; gone when it has ended."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._row: Any = None
        with ui.row() as self._buttons:
            stop = ui.button("Stop remotely", icon="stop_circle", on_click=self._stop)
            stop.props("no-caps unelevated")
            close = ui.button("Close …", on_click=self._close)
            close.props("no-caps outline")
        self._buttons.set_visibility(False)
        self.outcome: Outcome | None = None  # stands below the heading

    def show(self, row: Any) -> None:
        """Whether there is something to do."""
        self._row = row
        is_open = row["status"] == "open"
        self._buttons.set_visibility(is_open and self._subject.visit.may("operator"))

    async def _stop(self) -> None:
        number, station = self._row["id"], self._row["station"]
        sure = await confirmed(
            f"Stop transaction {number} at {station}?",
            f"{station} is asked to end the charging of {self._row['id_tag']} at connector"
            f" {self._row['connector']} (RemoteStopTransaction). The transaction ends when the"
            " station tells its stop.",
            verb="Stop it",
        )
        if sure and self.outcome:
            path = "/api/v1" + cells.path("stations", station, "calls", "RemoteStopTransaction")
            asked = self._subject.visit.api.post(path, {"transactionId": number}, wait=WAIT)
            await self.outcome.follow("Remote stop:", asked)

    async def _close(self) -> None:
        number, station = self._row["id"], self._row["station"]
        reason = await confirmed(
            f"Close transaction {number} at {station}?",
            "It ends here with its last reading, without its station: nothing is sent, and the car"
            " may go on charging. A stop that the station tells later still counts.",
            verb="Close it",
            reason=True,
        )
        if reason:
            asked = self._subject.visit.api.post(self._subject.path("close"), {"reason": reason})
            await self._subject.visit.do(asked, f"Transaction {number} is closed")
