"""Jobs: firmware updates and uploads, under way and over."""

from typing import Any

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

KINDS = {
    "firmware": "Firmware",
    "signed_firmware": "Signed firmware",
    "diagnostics": "Diagnostics",
    "log": "Log",
}
_STATES = (
    *("requested", "answered", "downloading", "downloaded", "installing", "installed"),
    *("uploading", "uploaded", "nothing_to_upload", "download_failed", "installation_failed"),
    *("upload_failed", "invalid_signature", "failed", "superseded", "closed"),
)
_EMPTY = (
    "No job. A job begins when a station is told to update its firmware, or asked for its"
    " diagnostics or a log:\non the page of the station, or for many by a campaign."
)


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Jobs", "Firmware updates and uploads of stations, from the wish to the end."):
        pass
    filters = Filters(visit)
    filters.text("station", "Station")
    filters.choice("kind", "Kind", KINDS)
    filters.choice("state", "State", {each: each.replace("_", " ") for each in _STATES})
    filters.choice("over", "Over", {"false": "under way", "true": "over"})
    options = Options(query=filters.given, empty=_EMPTY, name="Jobs")
    listing = Listing(visit, "/api/v1/jobs", columns(visit), options)
    filters.of(listing)
    await listing.refresh()
    visit.live(listing.refresh)


def columns(visit: Visit) -> list[Column]:
    """Of a list of jobs."""
    return [
        Column("kind", "Job", _link),
        Column("station", "Station", lambda job: cells.station(job["station"])),
        Column("state", "State", state),
        Column("status", "Last word of the station", lambda job: cells.text(job["last_status"])),
        Column("reason", "Reason", lambda job: cells.text(job["reason"])),
        Column("at", "Requested", lambda job: cells.time(job["requested_at"], visit.zone)),
        Column("by", "By", lambda job: cells.text(job["requested_by"])),
    ]


def state(job: Any) -> Cell:
    """How a job stands; a failure is only one when it is over."""
    tones = {"succeeded": "good", "failed": "bad", "": "busy"}
    said = job["state"].replace("_", " ")
    return cells.state(said, tones.get(job["outcome"], "idle"))  # type: ignore[arg-type]  # a tone


def _link(job: Any) -> Cell:
    return cells.link(KINDS.get(job["kind"], job["kind"]), cells.path("jobs", job["id"]))


PAGE = Page(path="/jobs", title="Jobs", show=show, icon="assignment", menu="Upkeep")
