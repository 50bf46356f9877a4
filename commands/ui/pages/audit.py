"""What people did, or tried: who, when, from where."""

from functools import partial

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.filters import Filters
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/audit"
_OUTCOMES = {"granted": "granted", "refused": "refused", "failed": "failed"}
_TONES: dict[str, cells.Tone] = {"granted": "good", "refused": "warn", "failed": "bad"}


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Audit trail", "Every action of a person, in the order of the log."):
        save = ui.button("CSV", icon="download").props("flat no-caps")
    filters = Filters(visit)
    filters.text("by", "Who")
    filters.text("subject", "Of what, e.g. a station")
    filters.text("operation", "Action")
    filters.text("origin", "From")
    filters.choice("outcome", "Outcome", _OUTCOMES)
    listing = Listing(visit, _PATH, _columns(visit), _options(filters))
    filters.of(listing)
    save.on_click(partial(_save, visit, listing))
    await listing.refresh()
    visit.live(listing.refresh)


def _options(filters: Filters) -> Options:
    empty = "Nothing yet, or nothing that the filters let through."
    return Options(key="position", query=filters.given, empty=empty, name="Audit trail")


def _columns(visit: Visit) -> list[Column]:
    return [
        Column("at", "When", lambda each: cells.time(each["at"], visit.zone, exact=True)),
        Column("by", "Who", lambda each: cells.text(each["by"] or "nobody known")),
        Column("origin", "From", lambda each: cells.code(each["origin"])),
        Column("operation", "Action", lambda each: cells.text(each["operation"])),
        Column("subject", "Of what", _subject),
        Column("detail", "Detail", lambda each: cells.text(each["detail"], title=each["detail"])),
        Column("outcome", "Outcome", _outcome),
    ]


def _subject(each: dict[str, str]) -> Cell:
    kind, colon, name = each["subject"].partition(":")
    pages = {"token": "tokens", "campaign": "campaigns", "user": "users"}
    if not colon:
        return cells.text(kind) if kind in {"api", ""} else cells.station(kind)
    return (
        cells.link(f"{kind} {name}", cells.path(pages[kind], name))
        if kind in pages
        else (cells.text(f"{kind} {name}"))
    )


def _outcome(each: dict[str, str]) -> Cell:
    return cells.state(each["outcome"], _TONES.get(each["outcome"]), title=each["reason"])


async def _save(visit: Visit, listing: Listing) -> None:
    asked = visit.api.document(_PATH, "text/csv", **listing.options.query)
    if content := await visit.ask(asked):
        ui.download.content(content, "audit.csv")


PAGE = Page(
    path="/audit", title="Audit trail", show=show, icon="history_edu", menu="Evidence", role="admin"
)
