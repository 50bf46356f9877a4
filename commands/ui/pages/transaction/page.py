"""The page of a transaction."""

from typing import Any

from nicegui import ui

from commands.ui.pages.transaction.actions import Actions
from commands.ui.pages.transaction.course import Course
from commands.ui.pages.transaction.evidence import Evidence
from commands.ui.pages.transaction.meters import Meters
from commands.ui.pages.transaction.proof import Proof
from commands.ui.pages.transaction.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column
from commands.ui.parts.outcome import Outcome
from commands.ui.parts.rows import Rows
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit, number: str) -> None:
    """Build it: evidence first, then what was measured, what happened, what proves it."""
    subject = Subject(visit, number)
    row = await subject.get()
    with heading(f"Transaction {number}"):
        actions = Actions(subject) if row else None
    if row is None or actions is None:
        empty(f"There is no transaction {number}. The list of transactions finds others.")
        return
    actions.outcome = Outcome(visit)
    page = _Page(subject, actions)
    await page.refresh(row)
    visit.live(page.look)
    ui.timer(0.1, page.check, once=True)


class _Page:
    """Its parts; what is expensive is read only when the transaction has changed."""

    def __init__(self, subject: Subject, actions: Actions) -> None:
        self._subject, self._actions = subject, actions
        self._seen: Any = None
        self._evidence = Evidence(subject)
        self._cases = _Cases(subject)
        self._meters = Meters(subject)
        self._proof = Proof(subject)
        self._course = Course(subject)

    async def look(self) -> None:
        """There may be news."""
        if row := await self._subject.get():
            await self.refresh(row)
        if self._actions.outcome:
            await self._actions.outcome.refresh()

    async def refresh(self, row: Any) -> None:
        """Show it as it stands."""
        self._evidence.show(row)
        self._actions.show(row)
        await self._meters.refresh()
        await self._cases.refresh()
        before, self._seen = self._seen, row
        if row != before:
            await self._course.refresh()
        if before and before["status"] != row["status"]:
            await self._proof.check(row)

    async def check(self) -> None:
        """The first verdict, once the page is painted."""
        await self._proof.check(self._seen)


class _Cases:
    """What was put aside about it; not to be seen while there is nothing."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        with ui.element("div") as self._box, section("Quarantine"):
            self._rows = Rows(
                [
                    Column("number", "Case", lambda each: _case(each["number"])),
                    Column("state", "State", lambda each: cells.state(each["state"])),
                    Column("kind", "Kind", lambda each: cells.text(each["kind"])),
                    Column("reason", "Why", lambda each: cells.text(each["reason"])),
                    Column(
                        "kept_at",
                        "Put aside",
                        lambda each: cells.time(each["kept_at"], subject.visit.zone),
                    ),
                ],
                name="Cases about the transaction",
                empty="",
            )
        self._box.set_visibility(False)

    async def refresh(self) -> None:
        visit, number = self._subject.visit, self._subject.number
        page = await visit.ask(visit.api.get("/api/v1/quarantine", transaction=number))
        if page is not None:
            self._rows.show(page["items"])
            self._box.set_visibility(bool(page["items"]))


def _case(number: int) -> cells.Cell:
    return cells.link(number, cells.path("quarantine", number))


PAGE = Page(path="/transactions/{number}", title="Transaction", show=show)
