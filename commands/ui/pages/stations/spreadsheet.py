"""Stations as a spreadsheet: the list exported, and many imported after a look at what happens."""

from collections.abc import Sequence

from nicegui import events, ui

from commands.ui.client import Refused
from commands.ui.pages.stations.choice import Choice
from commands.ui.pages.stations.lines import Line, Told, header, told_of, unreadable
from commands.ui.pages.stations.preview import Preview
from commands.ui.parts import dialogs
from commands.ui.parts.heading import heading, section
from commands.ui.parts.words import counted
from commands.ui.parts.work import Failure, Work, failed
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/stations"
_LARGEST = 2_000_000  # bytes of a file: 20,000 lines and more
_AT_A_TIME = 50  # lines
_HINT = (
    "A CSV file in UTF-8. Its first line names the columns: id, and any of note, labels (separated"
    " by spaces), serial_number, registration, security_profile, password, heartbeat_interval,"
    " boot_retry_interval, protocols. A column that is not there leaves known stations as they are;"
    " an empty cell is the default. An exported list can be changed and imported again."
)


async def export(visit: Visit, choice: Choice) -> None:
    """Have the browser save all that match."""
    found = await visit.ask(visit.api.document(_PATH, "text/csv", **choice.query))
    if found is not None:
        ui.download.content(found, "stations.csv", "text/csv")


async def show(visit: Visit) -> None:
    """Build it: a file first, then what would happen, then it happens."""
    with heading("Import stations"):
        ui.link("All stations", "/stations")
    importing = _Importing(visit)
    with section("1. Choose a file"):
        ui.label(_HINT).classes("muted")
        upload = ui.upload(
            label="A CSV file",
            auto_upload=True,
            max_files=1,
            max_file_size=_LARGEST,
            on_upload=importing.take,
            on_rejected=lambda: ui.notify("One file of at most 2 MB, please.", type="negative"),
        )
        upload.props("accept=.csv,text/csv flat bordered").classes("w-full")
    importing.build()


class _Importing:
    """What a file holds, what would come of each line, and what came of it."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._header = b""
        self._lines: list[Line] = []
        self._told: list[Told] = []

    def build(self) -> None:
        """Draw what is empty at first."""
        with section("2. Look what would happen"):
            self._preview = Preview()
        with section("3. Import"):
            self._go = ui.button("Import", on_click=self._import).props("no-caps unelevated")
            self._go.disable()

    async def take(self, event: events.UploadEventArguments) -> None:
        """A file has come: every line is tried."""
        content = await event.file.read()
        if isinstance(event.sender, ui.upload):
            event.sender.reset()  # another file may follow
        self._go.disable()
        try:
            self._header, self._lines = header(content)
        except ValueError as error:
            ui.notify(str(error), type="negative", multi_line=True, close_button="Close", timeout=0)
            return
        await self._run("Trying every line", self._lines, dry_run=True)
        good = sum(not each.problem for each in self._told)
        self._go.text = f"Import {counted(good, 'station')}"
        self._go.set_enabled(bool(good))

    async def _import(self) -> None:
        good = {each.line for each in self._told if not each.problem}
        lines = [each for each in self._lines if each.number in good]
        replaced = sum(each.outcome == "replaced" for each in self._told)
        consequence = (
            f"{len(lines) - replaced:,} are registered and {replaced:,} that are known are treated"
            " as the file says from now on. Lines with problems are left out."
        )
        title = f"Import {counted(len(lines), 'station')}?"
        if await dialogs.confirmed(title, consequence, verb="Import them", danger=replaced > 0):
            self._go.disable()
            await self._run("Importing", lines, dry_run=False)

    async def _run(self, title: str, lines: list[Line], *, dry_run: bool) -> None:
        self._told = [] if dry_run else [each for each in self._told if each.problem]

        async def go(batch: Sequence[Line]) -> list[Failure]:
            told = await self._sent(batch, dry_run=dry_run)
            self._told += told
            return [Failure(f"line {it.line}, {it.id}", it.problem) for it in told if it.problem]

        work = Work(title)
        await work.run(lines, go, at_a_time=_AT_A_TIME, is_brief=dry_run)
        self._preview.show(self._told, was_dry=dry_run)

    async def _sent(self, batch: Sequence[Line], *, dry_run: bool) -> list[Told]:
        """What comes of some lines; of none of them, why."""
        flawed = [unreadable(each) for each in batch if each.flaw]
        new = [each for each in batch if not each.flaw]
        if not new:
            return flawed
        content = self._header + b"".join(each.content for each in new)
        try:
            said = await self._visit.api.send(
                f"{_PATH}/import", content, "text/csv", dry_run="true" if dry_run else ""
            )
        except Refused as refused:
            why = failed("", refused).why
            return [*flawed, *(Told(each.number, each.id, "refused", why) for each in new)]
        return [*flawed, *told_of(new, said["lines"])]


PAGE = Page(path="/import-stations", title="Import stations", show=show, role="admin")
