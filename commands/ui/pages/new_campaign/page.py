"""The page on which a campaign is planned and started."""

from nicegui import ui

from commands.ui.client import Refused
from commands.ui.pages.new_campaign.care import Care
from commands.ui.pages.new_campaign.fields import Fields
from commands.ui.pages.new_campaign.what import RENEWAL, What
from commands.ui.pages.new_campaign.whom import Whom
from commands.ui.parts import cells, dialogs
from commands.ui.parts.heading import heading, section
from commands.ui.parts.words import counted
from commands.ui.route import Page
from commands.ui.visit import Visit

_JSON = "application/json"
_NOBODY = "This goes to no station. Say which: by their ids, by a label or a word, or all."


async def show(visit: Visit) -> None:
    """Build it."""
    plan = _Plan(visit)
    await plan.build()


class _Plan:
    """What is planned."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with heading("New campaign", "Nothing is sent before you start it below."):
            pass
        fields = self._fields = Fields()
        with section("What is sent"):
            self._what = What(visit, fields, self._adapt)
        with section("To whom"):
            self._whom = Whom(visit, fields)
        with section("How carefully"), ui.element("div").classes("fields"):
            self._care = Care(fields)
        fields.line()
        with ui.row().classes("w-full justify-end"):
            start = ui.button("Start the campaign", on_click=self._ask)
            start.props("no-caps unelevated icon=play_arrow")

    async def build(self) -> None:
        """What is to be asked of the API for it."""
        self._adapt(self._what.kind)
        await self._what.build()
        await self._whom.preview()

    def _adapt(self, kind: str) -> None:
        self._care.show(renewal=kind == RENEWAL)

    async def _ask(self) -> None:
        self._fields.clear()
        renewal = self._what.kind == RENEWAL
        try:
            wish = self._what.wish()
            body = wish.body(self._whom.wish() | self._care.wish(renewal=renewal))
        except ValueError as error:
            self._fields.say(error)
            return
        count = await self._whom.preview()
        if count == 0:
            self._fields.say(ValueError(_NOBODY))
        elif count is not None and await self._is_sure(count, renewal=renewal):
            await self._start(wish.path, body)

    async def _is_sure(self, count: int, *, renewal: bool) -> bool:
        whom = f"up to {counted(count, 'station')}" if renewal else counted(count, "station")
        consequence = (
            f"{self._care.course(count)}\nIt can be paused and cancelled; what a station has been"
            " told cannot be taken back."
        )
        title = f"Start this campaign for {whom}?"
        return bool(await dialogs.confirmed(title, consequence, verb="Start it"))

    async def _start(self, path: str, body: bytes) -> None:
        try:
            made = await self._visit.api.send(path, body, _JSON)
        except Refused as refused:
            self._fields.say(refused)
            return
        ui.navigate.to(cells.path("campaigns", made["id"]))


PAGE = Page(path="/campaigns/new", title="New campaign", show=show, role="operator")
