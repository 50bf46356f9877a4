"""The fleet at a glance."""

from nicegui import ui

from commands.ui.parts.heading import heading
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Overview"):
        ui.label(visit.name)


PAGE = Page(path="/", title="Overview", show=show, icon="dashboard", menu="Fleet")
