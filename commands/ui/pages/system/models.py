"""The read models: how far each is, and building them anew."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.visit import Visit

_PATH = "/api/v1/read-models"
_LATE = 10  # s
_AT_WORK = frozenset({"asked", "building", "following"})


async def models(visit: Visit) -> Callable[[], Awaitable[object]]:
    """Build the list; what reads it again is returned."""
    hint = " Choose one to build it anew." if visit.may("admin") else ""
    with section(f"Read models: what pages show follows from the facts.{hint}"):
        options = Options(key="name", name="Read models", shown=100)
        if visit.may("admin"):
            options.on_open = partial(_rebuild, visit)
        listing = Listing(visit, _PATH, _columns(), options)
    await listing.refresh()
    return listing.refresh


def _columns() -> list[Column]:
    return [
        Column("name", "Read model", lambda each: cells.text(each["name"])),
        Column("version", "Version", lambda each: cells.text(each["version"])),
        Column("position", "Position", lambda each: cells.text(each["position"])),
        Column("lag", "Behind", _lag),
        Column("missed", "Not understood", _missed),
        Column("build", "Rebuild", _build),
    ]


def _lag(each: dict[str, Any]) -> Cell:
    if each["lag_seconds"] is None:
        return cells.state("not built yet", "warn")
    told = f"{each['lag_facts']} facts, {each['lag_seconds']:.1f} s"
    return cells.state(told, "bad" if each["lag_seconds"] > _LATE else "good")


def _missed(each: dict[str, Any]) -> Cell:
    return cells.state(each["missed"], "bad" if each["missed"] else "idle")


def _build(each: dict[str, Any]) -> Cell:
    build = each["build"]
    if build is None:
        return cells.text("never")
    told = f"{build['state']} {build['percent']} %, {build['facts_per_second']:,} facts/s"
    if build["problem"]:
        return cells.state(told, "bad", title=build["problem"])
    return cells.state(told, "busy" if build["state"] in _AT_WORK else "idle")


async def _rebuild(visit: Visit, model: dict[str, Any]) -> None:
    name = model["name"]
    told = (
        "Its rows are made again from all facts, beside those that are read, and take their place"
        " when they have caught up. Nobody waits for it; it costs processor time."
    )
    if await confirmed(f"Build {name} anew?", told, verb="Build it anew", danger=False):
        await visit.do(visit.api.post(f"{_PATH}/{name}/rebuild"), f"{name} is being built.")
