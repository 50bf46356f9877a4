"""The page of a token."""

from typing import Any

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.token.forget import forgotten
from commands.ui.pages.token.permit import edited, issued, path
from commands.ui.pages.tokens import status
from commands.ui.pages.transactions import columns
from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import empty, heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.parts.sheet import settled
from commands.ui.route import Page
from commands.ui.visit import Visit

_SHOWN = 10  # rows of a list that is a part of a page
_ABSENT = 404


async def show(visit: Visit, id_tag: str) -> None:
    """Build it; of a tag that is not known there may be transactions all the same."""
    with heading(id_tag, "Token"):
        actions = ui.row()
    page = _Page(visit, id_tag)
    with actions:
        page.actions()
    await page.refresh()
    visit.live(page.refresh)


class _Page:
    """The token, and what is to be found of it elsewhere."""

    def __init__(self, visit: Visit, id_tag: str) -> None:
        self._visit, self._id_tag = visit, id_tag
        self._token: Any = None
        self._buttons: list[tuple[ui.button, str, bool | None]] = []  # role; only while it is known
        with section("Token"):
            self._details = Details()
            self._unknown = empty(
                "No such token is known: it was never issued, or it was withdrawn."
            )
        with section("On local lists"):
            self._lists = self._listed(id_tag)
        with section("Transactions"):
            self._transactions = self._charged(id_tag)

    def actions(self) -> None:
        """Buttons, as far as the viewer may."""
        self._button("Issue it", "operator", self._issue, known=False)
        self._button("Edit", "operator", self._edit, known=True)
        self._button("Withdraw", "operator", self._withdraw, known=True)
        forget = self._button("Forget …", "admin", self._forget, known=None)
        forget.props("color=negative")

    async def refresh(self) -> None:
        """There may be news."""
        try:
            self._token = await self._visit.api.get(path(self._id_tag))
        except Refused as refused:
            if refused.status != _ABSENT:
                self._visit.tell(refused)
                return
            self._token = None
        self._details.show(_told(self._visit, self._token) if self._token else {})
        self._unknown.set_visibility(self._token is None)
        for button, role, known in self._buttons:
            is_its_time = known is None or known == (self._token is not None)
            button.set_visibility(is_its_time and self._visit.may(role))
        await self._lists.refresh()
        await self._transactions.refresh()

    def _listed(self, id_tag: str) -> Listing:
        options = Options(
            key="station",
            empty="On none, as far as stations have confirmed it.\nA local list is sent"
            " from the page of its station.",
            shown=_SHOWN,
            name="Local lists with the token",
        )
        return Listing(
            self._visit, f"{path(id_tag)}/local-lists", _list_columns(self._visit), options
        )

    def _charged(self, id_tag: str) -> Listing:
        shown = [each for each in columns(self._visit) if each.name != "id_tag"]
        options = Options(
            query={"id_tag": id_tag},
            empty="Nothing was charged with it.",
            shown=_SHOWN,
            name="Transactions with the token",
        )
        return Listing(self._visit, "/api/v1/transactions", shown, options)

    def _button(self, text: str, role: str, act: Any, *, known: bool | None) -> ui.button:
        button = ui.button(text, on_click=act).props("no-caps outline")
        self._buttons.append((button, role, known))
        return button

    async def _issue(self) -> None:
        if await issued(self._visit, self._id_tag):
            await self.refresh()

    async def _edit(self) -> None:
        if self._token and await edited(self._visit, self._token):
            await self.refresh()

    async def _withdraw(self) -> None:
        sure = await confirmed(
            f"Withdraw token {self._id_tag}?",
            "It is unknown from then on: stations are told Invalid. What was charged with it stays"
            " on record. Transactions that run go on. It can be issued anew.",
            verb="Withdraw it",
        )
        if sure:
            wish = settled(self._visit.api.delete(path(self._id_tag)))
            if await self._visit.do(wish, f"Token {self._id_tag} is withdrawn"):
                await self.refresh()

    async def _forget(self) -> None:
        if await forgotten(self._visit, self._id_tag):
            await self.refresh()


def _told(visit: Visit, token: Any) -> dict[str, cells.Cell]:
    limit = token["concurrent_limit"]
    expiry = token["expiry_date"]
    return {
        "Status": status(visit, token),
        "Expires": cells.time(expiry, visit.zone) if expiry else cells.text("never"),
        "Parent": cells.text(token["parent_id_tag"]),
        "Group": cells.text(token["group"]),
        "Transactions at a time": cells.text(
            f"{limit}, now {token['open_transactions']}" if limit else "any number"
        ),
        "Note": cells.text(token["note"]),
        "Issued": cells.time(token["issued_at"], visit.zone),
        "Issued by": cells.text(token["issued_by"]),
        "Changed": cells.time(token["changed_at"], visit.zone),
        "Changed by": cells.text(token["changed_by"]),
    }


def _list_columns(visit: Visit) -> list[Column]:
    return [
        Column("station", "Station", lambda each: cells.station(each["station"])),
        Column("status", "As", lambda each: cells.state(each["status"])),
        Column("expiry", "Expires", lambda each: cells.time(each["expiry_date"], visit.zone)),
        Column("parent", "Parent", lambda each: cells.text(each["parent_id_tag"])),
        Column("listed", "Confirmed", lambda each: cells.time(each["listed_at"], visit.zone)),
    ]


PAGE = Page(path="/tokens/{id_tag}", title="Token", show=show)
