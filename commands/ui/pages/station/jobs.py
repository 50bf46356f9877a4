"""Jobs of a station: firmware and uploads begun, followed, and the files that were brought."""

from typing import Any

from nicegui import ui

from commands.ui.pages import jobs as all_jobs
from commands.ui.pages.station import job_beginnings as beginnings
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import Outcome
from commands.ui.parts.sizes import size

_EMPTY = "No job of this station. Ask for its diagnostics or a log, or have it update its firmware."
_NO_FILES = "The station has brought no file yet. Ask for its diagnostics or a log."
_TODAY = "This tab shows what is known today, not how it was then."
_BEGINNINGS = (
    ("Diagnostics", "troubleshoot", beginnings.diagnostics),
    ("Log", "description", beginnings.log),
    ("Update firmware", "system_update", beginnings.firmware),
    ("Update signed firmware", "verified", beginnings.signed_firmware),
)


async def build(subject: Subject) -> Refresh:
    """The tab."""
    if subject.is_past:
        ui.label(_TODAY).classes("muted")
    outcome = None
    with section("Jobs"):
        if subject.may("operator"):
            outcome = _begin(subject)
        jobs = _jobs(subject)
    with section("Files that the station brought"):
        files = _files(subject)

    async def refresh() -> None:
        await jobs.refresh()
        await files.refresh()
        if outcome:
            await outcome.refresh()

    await refresh()
    return refresh


def _begin(subject: Subject) -> Outcome:
    row = ui.row().classes("actions q-mb-sm")
    outcome = Outcome(subject.visit)
    with row:
        for label, icon, action in _BEGINNINGS:
            button = ui.button(label, on_click=lambda act=action: act(subject, outcome))
            button.props(f"no-caps outline icon={icon}")
    return outcome


def _jobs(subject: Subject) -> Listing:
    columns = [each for each in all_jobs.columns(subject.visit) if each.name != "station"]
    options = Options(
        query={"station": subject.station},
        empty=_EMPTY,
        name="Jobs of the station",
        shown=20,
        on_open=lambda job: ui.navigate.to(cells.path("jobs", job["id"])),
    )
    return Listing(subject.visit, "/api/v1/jobs", columns, options)


def _files(subject: Subject) -> Listing:
    zone = subject.visit.zone
    columns = [
        Column("name", "File", _download),
        Column("size", "Size", lambda e: cells.text(size(e["size"])), "right"),
        Column("subject", "Brought for", _subject),
        Column("at", "Brought", lambda e: cells.time(e["created_at"], zone)),
        Column("sha256", "SHA-256", lambda e: cells.code(e["sha256"])),
    ]
    options = Options(
        query={"station": subject.station}, empty=_NO_FILES, name="Files of the station", shown=20
    )
    return Listing(subject.visit, "/api/v1/diagnostics", columns, options)


def _download(file: dict[str, Any]) -> cells.Cell:
    return cells.link(file["name"], "/api/v1" + cells.path("diagnostics", file["id"]))


def _subject(file: dict[str, Any]) -> cells.Cell:
    if file["subject"].startswith("shared:"):
        return cells.text("a bulk call or a campaign")
    return cells.link("the job", cells.path("jobs", file["subject"]))
