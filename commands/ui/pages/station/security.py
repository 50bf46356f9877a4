"""What a station told of its security, and what was refused to it; statuses nobody asked for."""

from typing import Any

from nicegui import ui

from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options

_PROFILES = {
    0: "0: no password, no TLS",
    1: "1: a password",
    2: "2: a password, over TLS",
    3: "3: a certificate of its own, over TLS",
}
_TODAY = "This tab shows what is known today, not how it was then."


async def build(subject: Subject) -> Refresh:
    """The tab."""
    if subject.is_past:
        ui.label(_TODAY).classes("muted")
    access = _Access(subject)
    with section("Security events"):
        events = _events(subject)
    with section("Statuses of jobs that nobody had asked for"):
        unasked = _unasked(subject)

    async def refresh() -> None:
        await access.refresh()
        await events.refresh()
        await unasked.refresh()

    await refresh()
    return refresh


class _Access:
    """How the station has to come, and how it came last."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        with section("Access"):
            self._details = Details()

    async def refresh(self) -> None:
        """Read it again."""
        path = self._subject.path()
        found = await self._subject.visit.ask(self._subject.visit.api.get(path))
        if found:
            self._details.show(_access(found))


def _access(found: dict[str, Any]) -> dict[str, cells.Cell]:
    came = found["connection"]
    shown = {
        "Must come with": cells.text(_PROFILES.get(found["security_profile"])),
        "Has a password": cells.text(found["has_password"]),
        "Came last with": cells.text(_PROFILES.get(came["security_profile"]) if came else None),
        "From": cells.code(came["remote"] if came else None),
    }
    if found["next_profile"]:
        shown["Being raised to"] = cells.state(_PROFILES.get(found["next_profile"]), "busy")
    if found["password_changing"]:
        shown["Password"] = cells.state("a new one is on its way: both fit", "busy")
    if came and came["certificate"]:
        shown["Certificate it showed"] = cells.link(
            came["certificate"], cells.path("certificates", came["certificate"])
        )
    return shown


def _events(subject: Subject) -> Listing:
    zone = subject.visit.zone
    columns = [
        Column("severity", "Severity", lambda e: cells.state(e["severity"], _tone(e))),
        Column("type", "Event", lambda e: cells.text(e["type"])),
        Column("source", "Told by", lambda e: cells.text(_source(e))),
        Column("occurred", "Occurred", lambda e: cells.time(e["occurred_at"], zone)),
        Column("received", "Received", lambda e: cells.time(e["received_at"], zone)),
        Column("info", "Details", lambda e: cells.text(e["tech_info"])),
    ]
    options = Options(
        key="position",
        query={"station": subject.station},
        empty="No security event of this station: nothing was told, and nothing refused.",
        name="Security events of the station",
        shown=20,
    )
    return Listing(subject.visit, "/api/v1/security-events", columns, options)


def _tone(event: dict[str, Any]) -> cells.Tone:
    return "bad" if event["severity"] == "critical" else "idle"


def _source(event: dict[str, Any]) -> str:
    return "the station" if event["source"] == "station" else "us: it was refused here"


def _unasked(subject: Subject) -> Listing:
    zone = subject.visit.zone
    columns = [
        Column("at", "At", lambda e: cells.time(e["at"], zone)),
        Column("kind", "Kind", lambda e: cells.text(e["kind"].replace("_", " "))),
        Column("detail", "Status", lambda e: cells.text(e["detail"])),
    ]
    options = Options(
        key="position",
        empty="None: each status of firmware or uploads belongs to a job.",
        name="Unasked statuses",
        shown=20,
    )
    return Listing(subject.visit, subject.path("unasked-statuses"), columns, options)
