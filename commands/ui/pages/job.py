"""A job, with all that happened and what was brought for it."""

from typing import Any

from nicegui import ui

from commands.ui.pages import jobs
from commands.ui.parts import cells
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows
from commands.ui.parts.sizes import size
from commands.ui.route import Page
from commands.ui.visit import Visit

_CLOSING = (
    "The job counts as over from now on, with this reason. The station is told nothing, and may"
    " go on all the same; what it tells of it later still counts."
)


async def show(visit: Visit, job: str) -> None:
    """Build it."""
    path = "/api/v1" + cells.path("jobs", job)
    found = await visit.ask(visit.api.get(path))
    if found is None:
        empty(f"There is no job {job}.")
        return
    shown = _Job(visit, path, found)
    shown.show(found)
    visit.live(shown.refresh)


class _Job:
    """What is shown of it; `show` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any) -> None:
        self._visit, self._path = visit, path
        self._id, self._station = found["id"], found["station"]
        with heading(f"{jobs.KINDS.get(found['kind'], found['kind'])} of {self._station}"):
            if visit.may("operator"):
                self._close = ui.button("Close the job", on_click=self._ask_close)
                self._close.props("no-caps outline")
        with section("Where it stands"):
            self._details = Details()
        with section("What happened"):
            self._timeline = Rows(_events(visit), name="Timeline", empty="Nothing yet.")
        with section("Files that the station brought"):
            self._files = Rows(_files(visit), name="Files", empty="None so far.")

    async def refresh(self) -> None:
        """Read it again."""
        self.show(await self._visit.api.get(self._path))

    def show(self, job: Any) -> None:
        """As it is now."""
        if self._visit.may("operator"):
            self._close.set_visibility(not job["over"])
        self._details.show(_details(job, self._visit))
        self._timeline.show(job["timeline"])
        self._files.show(job["files"])

    async def _ask_close(self) -> None:
        form = Dialog(self._visit, f"Close this job of {self._station}?", hint=_CLOSING)
        with form.within():
            reason = form.field("reason", ui.input("Reason"))
        body = self._path + "/close"
        if await form.asked(
            "Close the job", lambda: self._visit.api.post(body, {"reason": reason.value})
        ):
            ui.notify("The job is closed.", type="positive")
            await self._visit.ask(self.refresh())


def _details(job: Any, visit: Visit) -> dict[str, Cell]:
    campaign = job["campaign"]
    shown = {
        "State": jobs.state(job),
        "Station": cells.station(job["station"]),
        "Call": cells.link(job["id"], cells.path("calls", job["id"])),
        "Requested": cells.time(job["requested_at"], visit.zone),
        "Requested by": cells.text(job["requested_by"]),
        "Campaign": cells.link(campaign, cells.path("campaigns", campaign))
        if campaign
        else cells.text(""),
        "Location": cells.code(job["location"]),
        "Last word of the station": cells.text(job["last_status"]),
        "Said": cells.time(job["last_status_at"], visit.zone),
    }
    optional = {
        "Reason": job["reason"],
        "What may be tried instead": job["hint"],
        "Found out before it was sent": job["remark"],
        "Request id": job["request_id"],
        "File, as the station calls it": job["file_name"],
        "Booted meanwhile with": job["firmware_version"],
    }
    return shown | {name: cells.text(value) for name, value in optional.items() if value}


def _events(visit: Visit) -> list[Column]:
    return [
        Column("at", "When", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("what", "What", lambda each: cells.text(each["what"])),
        Column("detail", "Detail", lambda each: cells.text(each["detail"])),
        Column("state", "State from then on", lambda each: cells.text(each["state"])),
        Column("late", "Came late", lambda each: cells.text("yes" if each["late"] else "")),
    ]


def _files(visit: Visit) -> list[Column]:
    return [
        Column("name", "File", _download),
        Column("size", "Size", lambda each: cells.text(size(each["size"]))),
        Column("sha256", "SHA-256", lambda each: cells.code(each["sha256"])),
        Column("at", "Brought", lambda each: cells.time(each["created_at"], visit.zone)),
    ]


def _download(file: Any) -> Cell:
    return cells.link(file["name"], "/api/v1" + cells.path("diagnostics", file["id"]))


PAGE = Page(path="/jobs/{job}", title="Job", show=show)
