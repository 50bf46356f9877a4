"""A certificate of a station."""

from typing import Any
from urllib.parse import urlencode

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages import certificates
from commands.ui.parts import cells
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.sheet import written
from commands.ui.route import Page
from commands.ui.visit import Visit

_CONFLICT = 409
_LONGEST = 3650  # days: a station is asked for a new one however long the last lasts
_REVOKED = (
    "The authority is asked to revoke it. Once it has, the station cannot sign in with it any"
    " more, and a connection that it has by it is closed: without another certificate it stays"
    " away. It cannot be undone."
)


async def show(visit: Visit, fingerprint: str) -> None:
    """Build it."""
    path = certificates.PATH + cells.path(fingerprint)
    station = visit.query.get("station", "")
    try:
        found = await visit.api.get(path, station=station)
    except Refused as refused:
        if refused.status != _CONFLICT:
            visit.tell(refused)
        empty(refused.detail)
        return
    shown = _Certificate(visit, path, found)
    shown.show(found)
    visit.live(shown.refresh)


class _Certificate:
    """What is shown of it; `show` brings it up to date."""

    def __init__(self, visit: Visit, path: str, found: Any) -> None:
        self._visit, self._path, self._station = visit, path, found["station"]
        with heading(f"Certificate of {self._station}", found["common_name"]):
            if visit.may("operator"):
                wish = {"what": "renewal", "within_days": _LONGEST, "stations": self._station}
                ui.link("Ask for a new one", f"/campaigns/new?{urlencode(wish)}")
            if visit.may("admin"):
                self._revoke = ui.button("Revoke", on_click=self._ask)
                self._revoke.props("no-caps outline color=negative")
        with section("What it says"):
            self._details = Details()
        with section("Chain"):
            written(found["chain"] or "Not known.")

    async def refresh(self) -> None:
        """Read it again."""
        self.show(await self._visit.api.get(self._path, station=self._station))

    def show(self, found: Any) -> None:
        """As it is now."""
        if self._visit.may("admin"):
            revocation = found["revocation"]
            self._revoke.set_visibility(not revocation or revocation["state"] == "failed")
        self._details.show(_details(found, self._visit))

    async def _ask(self) -> None:
        form = Dialog(self._visit, f"Revoke this certificate of {self._station}?", hint=_REVOKED)
        with form.within():
            reason = form.field("reason", ui.input("Reason"))

        async def send() -> Any:
            wish = {"reason": reason.value}
            return await self._visit.api.post(self._path + "/revoke", wish, station=self._station)

        if await form.asked("Revoke it", send):
            ui.notify("Its authority is asked to revoke it.", type="positive")
            await self._visit.ask(self.refresh())


def _details(found: Any, visit: Visit) -> dict[str, Cell]:
    shown = {
        "State": certificates.state(found),
        "Station": cells.station(found["station"]),
        "Valid from": cells.time(found["not_before"], visit.zone),
        "Ends": cells.time(found["not_after"], visit.zone),
        "Common name": cells.text(found["common_name"]),
        "Organisation": cells.text(found["organisation"]),
        "Issuer": cells.text(found["issuer"]),
        "Key": cells.text(found["key"]),
        "Serial number": cells.code(found["serial_number"]),
        "Fingerprint, SHA-256": cells.code(found["fingerprint"]),
        "Issued": cells.time(found["issued_at"], visit.zone),
        "Issued by": cells.text(found["issued_by"]),
        "Delivered": cells.time(found["delivered_at"], visit.zone),
        "First used": cells.time(found["first_used_at"], visit.zone),
        "Last used": cells.time(found["last_used_at"], visit.zone),
    }
    if revocation := found["revocation"]:
        shown |= {
            "Revocation": cells.time(revocation["at"], visit.zone),
            "Revoked by": cells.text(revocation["by"]),
            "Why": cells.text(revocation["reason"]),
        }
        if revocation["problem"]:
            shown["What keeps it from being revoked"] = cells.text(revocation["problem"])
    return shown


PAGE = Page(path="/certificates/{fingerprint}", title="Certificate", show=show)
