"""Processes, partitions, queues, read models."""

from typing import Any

from nicegui import ui

from commands.ui.pages.system.models import models
from commands.ui.pages.system.tables import Partitions, Processes
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import heading, section
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/system"


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("System"):
        ui.label("Figures for Prometheus are at the ops port").classes("muted")
    with section("This installation"):
        details = Details()
    with section("Processes"):
        processes = Processes(visit)
    rebuilt = await models(visit)
    with section("Partitions"):
        ui.label("Each station belongs to one; one process at a time decides for it.").classes(
            "muted"
        )
        partitions = Partitions(visit)

    async def refresh() -> None:
        found: dict[str, Any] | None = await visit.ask(visit.api.get(_PATH))
        if found:
            details.show(_about(found))
            processes.show(found["processes"])
            partitions.show(found["partitions"])

    await refresh()
    visit.live(refresh, every=2.0)
    visit.live(rebuilt, every=2.0)


def _about(found: dict[str, Any]) -> dict[str, Cell]:
    connected = found["broker_connected"]
    broker = cells.state(
        found["broker"] if connected else f"{found['broker']}: does not answer",
        "good" if connected else "bad",
    )
    queues = {f"In {each['name']}": _waiting(each["waiting"]) for each in found["queues"]}
    return {
        "Version": cells.text(found["version"]),
        "Python": cells.text(found["python"]),
        "Database": cells.text(found["database"]),
        "Broker": broker,
        **queues,
    }


def _waiting(count: int | None) -> Cell:
    return cells.text("the broker does not say" if count is None else f"{count} waiting")


PAGE = Page(path="/system", title="System", show=show, icon="dns", menu="Administration")
