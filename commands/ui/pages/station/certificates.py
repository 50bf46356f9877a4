"""Certificates at a station: the roots it trusts, its own, and what it asks to have signed."""

from typing import Any

from nicegui import ui

from commands.ui.pages import certificate_requests
from commands.ui.pages.station import certificate_actions as actions
from commands.ui.pages.station.subject import Refresh, Subject
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.heading import section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.outcome import Outcome
from commands.ui.parts.rows import Rows
from commands.ui.visit import Visit

_TODAY = "This tab shows what is known today, not how it was then."
_NO_ROOTS = "No root is known that it trusts. Ask the station, or install one."
_NONE_OWN = "It has shown none, and none was signed for it. Have it ask for one."
_NO_REQUESTS = "It has asked for none. Have it ask for a new certificate."
_TONES: dict[str, cells.Tone] = {
    **dict.fromkeys(("pending", "approved", "signed"), "busy"),
    "delivered": "good",
    **dict.fromkeys(("failed", "refused", "rejected", "undelivered"), "bad"),
}


async def build(subject: Subject) -> Refresh:
    """The tab."""
    if subject.is_past:
        ui.label(_TODAY).classes("muted")
    tab = _Certificates(subject)
    await tab.refresh()
    return tab.refresh


class _Certificates:
    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._may = subject.may("operator")
        with section("Roots that it trusts"):
            self._stores = Details()
            self._roots = self._trusted()
            self._outcome = Outcome(subject.visit)
        with section("Its own certificates"):
            self._own = Rows(_own(subject.visit), name="Own certificates", empty=_NONE_OWN)
            if self._may:
                with ui.row().classes("actions"):
                    _button("Have it ask for a new one", "autorenew", self._renew)
            self._renewal = Outcome(subject.visit)
        with section("What it asked to have signed"):
            self._requests = self._asked()

    async def refresh(self) -> None:
        """Read it again."""
        path = self._subject.path("certificates")
        if found := await self._subject.visit.ask(self._subject.visit.api.get(path)):
            self._stores.show(_stores(found["stores"], self._subject.visit))
            self._roots.show(found["installed"])
            self._own.show(found["own"])
        await self._requests.refresh()
        await self._outcome.refresh()
        await self._renewal.refresh()

    def _trusted(self) -> Rows:
        roots = Rows(
            _roots(self._subject.visit),
            name="Roots that the station trusts",
            empty=_NO_ROOTS,
            on_open=self._open_root,
        )
        if self._may:
            with ui.row().classes("actions"):
                _button("Ask the station", "help_outline", self._ask)
                _button("Install a root", "add", self._install)
        return roots

    def _asked(self) -> Listing:
        def opened(request: Any) -> None:
            requests.open(request)

        options = Options(
            query={"station": self._subject.station},
            empty=_NO_REQUESTS,
            name="Certificate requests of the station",
            shown=20,
            on_open=opened,
        )
        visit = self._subject.visit
        columns = [each for each in certificate_requests.columns(visit) if each.name != "station"]
        listing = Listing(visit, certificate_requests.PATH, columns, options)
        requests = certificate_requests.Requests(visit, self._subject.may, listing.refresh)
        return listing

    async def _ask(self) -> None:
        await actions.ask(self._subject, self._outcome)

    async def _install(self) -> None:
        await actions.install(self._subject, self._outcome)

    async def _renew(self) -> None:
        await actions.renew(self._subject, self._renewal)

    async def _open_root(self, root: dict[str, Any]) -> None:
        await actions.open_root(self._subject, self._outcome, root)


def _button(label: str, icon: str, on_click: Any) -> None:
    ui.button(label, on_click=on_click).props(f"no-caps outline icon={icon}")


def _stores(stores: list[dict[str, Any]], visit: Visit) -> dict[str, cells.Cell]:
    """When each kind of root was reported, and what went wrong last."""
    shown: dict[str, cells.Cell] = {}
    for each in stores:
        kind = actions.USES.get(each["type"], each["type"])
        shown[f"{kind}: reported"] = cells.time(each["reported_at"], visit.zone)
        if each["doubt"]:
            call = cells.path("calls", each["doubt"])
            shown[f"{kind}: in doubt"] = cells.link("a call has no known outcome: ask again", call)
        if each["failure"]:
            told = f"{each['failed_action']}: {each['failure']}"
            shown[f"{kind}: last failure"] = cells.state(told, "bad")
    return shown


def _roots(visit: Visit) -> list[Column]:
    return [
        Column("name", "Root", lambda e: cells.opener(_root_name(e))),
        Column("type", "For", lambda e: cells.text(actions.USES.get(e["type"], e["type"]))),
        Column("issuer", "Issuer", lambda e: cells.text(e["issuer"])),
        Column("until", "Ends", lambda e: ending(e["not_after"], visit)),
        Column("installed", "Accepted", lambda e: cells.time(e["installed_at"], visit.zone)),
        Column("reported", "Reported", lambda e: cells.time(e["reported_at"], visit.zone)),
    ]


def _root_name(root: dict[str, Any]) -> str:
    named = root["common_name"] or root["organisation"]
    return named or f"serial {(root['hash_data'] or {}).get('serialNumber', '?')}"


def _own(visit: Visit) -> list[Column]:
    return [
        Column("name", "Certificate", _certificate),
        Column("state", "State", lambda e: cells.state(e["state"], _TONES.get(e["state"]))),
        Column("issuer", "Issuer", lambda e: cells.text(e["issuer"])),
        Column("key", "Key", lambda e: cells.text(e["key"])),
        Column("until", "Ends", lambda e: ending(e["not_after"], visit)),
        Column("used", "Last shown", lambda e: cells.time(e["last_used_at"], visit.zone)),
        Column("revoked", "Revocation", lambda e: cells.text((e["revocation"] or {}).get("state"))),
    ]


def _certificate(own: dict[str, Any]) -> cells.Cell:
    where = cells.path("certificates", own["fingerprint"])
    return cells.link(own["common_name"] or own["fingerprint"][:16], where)


def ending(at: str | None, visit: Visit) -> cells.Cell:
    """When something ends; coloured once it has, or soon will have."""
    shown = cells.time(at, visit.zone)
    if at is None:
        return shown
    left = (visit.zone.local(at) - visit.now).days
    tone: cells.Tone | None = "bad" if left < 0 else "warn" if left < _SOON else None
    return shown if tone is None else cells.state(shown["text"], tone, title=shown["title"])


_SOON = 30  # days
