"""What stations ask to have signed: a part of the page of certificates."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from nicegui import ui

from commands.ui.parts import cells, dialogs
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import Cell, Tone
from commands.ui.parts.filters import Filters
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.sheet import doing, sheet, written
from commands.ui.visit import Visit

PATH = "/api/v1/certificate-requests"
_STATES = (
    *("pending", "approved", "signed", "delivered", "undelivered", "refused", "declined"),
    *("failed", "superseded", "rejected"),
)
_TONES: dict[str, Tone] = {
    "pending": "warn",
    "approved": "busy",
    "signed": "busy",
    "delivered": "good",
    "undelivered": "warn",
    "refused": "bad",
    "failed": "bad",
    "rejected": "bad",
}
_AGAIN = {"signed", "undelivered", "refused", "failed", "approved"}  # may be sent, or tried, again
_SIGNED = (
    "The installation's authority signs the key of the station, and the certificate is sent to it."
    " With it the station can sign in until it ends or is revoked."
)
_ELSEWHERE = "Only if it was signed elsewhere: the chain in PEM, the certificate first"
_DECLINED = "It is not signed. The station is told nothing; it may ask again."


async def build(visit: Visit) -> Listing:
    """Those that wait, unless others are chosen."""

    def opened(request: Any) -> None:
        requests.open(request)

    filters = Filters(visit, mark="request_", state="pending")
    filters.choice("state", "State", {each: each for each in _STATES})
    options = Options(
        query=filters.given,
        empty="No request waits.",
        name="Requests",
        shown=25,
        on_open=opened,
    )
    listing = Listing(visit, PATH, columns(visit), options)
    requests = Requests(visit, visit.may, listing.refresh)
    filters.of(listing)
    await listing.refresh()
    return listing


class Requests:
    """What can be done to one, of whichever list it is opened from."""

    def __init__(
        self,
        visit: Visit,
        may: Callable[[str], bool],
        refresh: Callable[[], Awaitable[object]],
    ) -> None:
        """`may` says what a role is needed for; `refresh` reads the list again."""
        self._visit, self._may, self._refresh = visit, may, refresh

    def open(self, request: Any) -> None:
        """Show all of it."""
        title = f"Certificate request of {request['station']}"
        with sheet(title, _details(request, self._visit)) as dialog:
            if request["csr"]:
                written(request["csr"])
            with ui.row():
                self._doings(request, dialog)

    def _doings(self, request: Any, dialog: ui.dialog) -> None:
        pending = request["state"] == "pending"
        if self._may("admin") and (pending or request["state"] in _AGAIN):
            verb = "Sign it" if pending else "Sign or send it again"
            doing(dialog, verb, partial(self._sign, request)).props("unelevated")
        if self._may("operator") and pending:
            decline = doing(dialog, "Decline it", partial(self._decline, request))
            decline.props("outline color=negative")

    async def _sign(self, request: Any) -> None:
        form = Dialog(self._visit, f"Sign the request of {request['station']}?", hint=_SIGNED)
        with form.within():
            chain = form.field("certificate_chain", ui.textarea(_ELSEWHERE))
        path = PATH + cells.path(request["id"], "sign")

        def send() -> Awaitable[Any]:
            wish = {"certificate_chain": chain.value} if chain.value else {}
            return self._visit.api.post(path, wish)

        if await form.asked("Sign it", send):
            ui.notify("It is being signed and sent.", type="positive")
            await self._refresh()

    async def _decline(self, request: Any) -> None:
        title = f"Decline the request of {request['station']}?"
        reason = await dialogs.confirmed(title, _DECLINED, verb="Decline it", reason=True)
        if reason is not None:
            path = PATH + cells.path(request["id"], "decline")
            wish = self._visit.api.post(path, {"reason": reason})
            await self._visit.do(wish, "The request is declined.")
            await self._refresh()


def columns(visit: Visit) -> list[Column]:
    """Of a list of requests."""
    return [
        Column("name", "Request", lambda each: cells.opener(each["common_name"] or each["id"])),
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("state", "State", _state),
        Column("of_key", "Key", lambda each: cells.text(each["key"])),
        Column("reason", "Reason", lambda each: cells.text(each["reason"])),
        Column("at", "Requested", lambda each: cells.time(each["requested_at"], visit.zone)),
        Column("by", "Decided by", lambda each: cells.text(each["decided_by"])),
    ]


def _state(request: Any) -> Cell:
    return cells.state(
        request["state"], _TONES.get(request["state"], "idle"), title=request["reason"]
    )


def _details(request: Any, visit: Visit) -> dict[str, Cell]:
    trigger, certificate, call = request["trigger"], request["certificate"], request["call"]
    nothing = cells.text("")
    return {
        "State": _state(request),
        "Reason": cells.text(request["reason"]),
        "Name it asks for": cells.text(request["common_name"]),
        "Organisation": cells.text(request["organisation"]),
        "Key": cells.text(request["key"]),
        "Requested": cells.time(request["requested_at"], visit.zone),
        "Asked for by": cells.link("a call", cells.path("calls", trigger)) if trigger else nothing,
        "Decided": cells.time(request["decided_at"], visit.zone),
        "Decided by": cells.text(request["decided_by"]),
        "Certificate": cells.link(certificate[:16], cells.path("certificates", certificate))
        if certificate
        else nothing,
        "CertificateSigned": cells.link("the call", cells.path("calls", call)) if call else nothing,
        "Request id": cells.code(request["id"]),
    }
