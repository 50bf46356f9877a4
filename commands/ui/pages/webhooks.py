"""Webhooks: to whom events are sent, and how far each receiver is."""

from typing import Any

from nicegui import ui

from commands.ui.pages.webhook import form
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

PATH = "/api/v1/webhooks"
_TONES: dict[str, Tone] = {"active": "good", "paused": "warn", "parked": "bad"}
_EMPTY = (
    "No webhook. Add one to have events sent to another system by POST:\n"
    "signed, in order, each until the receiver has answered 2xx."
)


async def show(visit: Visit) -> None:
    """Build it."""

    async def add() -> None:
        await form.add(visit, types)
        await listing.refresh()

    types = sorted(await visit.api.get("/api/v1/events/schemas"))
    with heading("Webhooks", "Events, sent to other systems."):
        ui.button("Add a webhook", on_click=add).props("no-caps unelevated icon=add")
    options = Options(empty=_EMPTY, name="Webhooks")
    listing = Listing(visit, PATH, _columns(visit), options)
    await listing.refresh()
    visit.live(listing.refresh)


def state(webhook: Any) -> Cell:
    """How it stands."""
    return cells.state(
        webhook["state"], _TONES.get(webhook["state"], "idle"), title=webhook["last_error"]
    )


def _columns(visit: Visit) -> list[Column]:
    return [
        Column(
            "name",
            "Webhook",
            lambda each: cells.link(
                each["name"] or each["url"], cells.path("webhooks", each["id"])
            ),
        ),
        Column("url", "Receiver", lambda each: cells.text(each["url"])),
        Column("state", "State", state),
        Column("behind", "Positions behind", lambda each: cells.text(each["behind"]), "right"),
        Column("failures", "Failures in a row", _failures),
        Column("at", "Delivered last", lambda each: cells.time(each["delivered_at"], visit.zone)),
    ]


def _failures(webhook: Any) -> Cell:
    count = webhook["failures"]
    return cells.state(count, "bad", title=webhook["last_error"]) if count else cells.text("0")


PAGE = Page(
    path="/webhooks",
    title="Webhooks",
    show=show,
    icon="webhook",
    menu="Administration",
    role="admin",
)
