"""The first page."""

from typing import Any

from nicegui import ui

from commands.ui.pages.overview.day import Day
from commands.ui.pages.overview.figures import Figures
from commands.ui.pages.overview.problems import Problems
from commands.ui.parts.heading import heading
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/overview"
_FIRST = "There is no station yet. Register one, or have one call: it can be adopted then."


async def show(visit: Visit) -> None:
    """Build it: one question to the API tells all of it."""
    with heading("Overview"):
        as_of = ui.label().classes("muted numeric")
    with ui.row().classes("banner") as first:
        ui.label(_FIRST)
        ui.link("Stations", "/stations")
    first.set_visibility(False)
    figures = Figures()
    with ui.element("div").classes("halves"):
        day = Day(visit)
        problems = Problems(visit)

    async def refresh() -> None:
        since = visit.zone.midnight(visit.now).isoformat()
        found: dict[str, Any] | None = await visit.ask(visit.api.get(_PATH, since=since))
        if found:
            as_of.text = f"as of {visit.zone.text(found['at'])}"
            first.set_visibility(not any(found["stations"].values()))
            figures.show(found)
            day.show(found["hours"])
            problems.show(found["problems"])

    await refresh()
    visit.live(refresh)


PAGE = Page(path="/", title="Overview", show=show, icon="dashboard", menu="Fleet")
