"""The page of a station."""

from typing import Any

from nicegui import events, ui

from commands.ui.pages.station import (
    about,
    certificates,
    changes,
    configuration,
    connectors,
    jobs,
    local_list,
    operations,
    profiles,
    reservations,
    security,
    slider,
    timeline,
    wire,
)
from commands.ui.pages.station.outcomes import Outcomes
from commands.ui.pages.station.subject import Refresh, Subject, Tab
from commands.ui.pages.stations import register
from commands.ui.parts.heading import empty, heading, section
from commands.ui.route import Page
from commands.ui.visit import Visit

TABS: tuple[Tab, ...] = (
    Tab("operations", "Operations", operations.build),
    Tab("timeline", "Timeline", timeline.build, is_hasty=True),
    Tab("wire", "Wire log", wire.build, is_hasty=True),
    Tab("configuration", "Configuration", configuration.build),
    Tab("local-list", "Local list", local_list.build),
    Tab("profiles", "Charging profiles", profiles.build),
    Tab("reservations", "Reservations", reservations.build),
    Tab("jobs", "Jobs", jobs.build),
    Tab("certificates", "Certificates", certificates.build),
    Tab("security", "Security", security.build),
)
_HASTE = 1.0  # s


async def show(visit: Visit, station: str) -> None:
    """Build it: who it is above, and one tab of many below."""
    subject = Subject(visit, station, slider.instant(visit.query.get("at", "")))
    is_known = await subject.get() is not None
    with heading(station):
        if is_known and subject.may("admin"):
            register.buttons(visit, station)
    tabs: _Tabs | None = None
    await slider.build(subject, lambda: tabs.shown if tabs else "")
    if not is_known:
        await _unknown(subject)
        return
    refresh = await _above(subject)
    if subject.is_past:
        await changes.build(subject)
    tabs = _Tabs(subject)
    await tabs.open(visit.query.get("tab", TABS[0].name))
    if not subject.is_past:
        visit.live(refresh)
        visit.live(tabs.refresh)
        visit.live(tabs.hasten, every=_HASTE)


async def _unknown(subject: Subject) -> None:
    """It was not registered then, or is not any more: what happened is on record all the same."""
    when = "was registered then" if subject.is_past else "is registered"
    empty(f"No station {subject.station} {when}. What is known of it is its timeline.")
    with section("Timeline"):
        await timeline.build(subject)


async def _above(subject: Subject) -> Refresh:
    """The station itself and its connectors, and what became of what was sent from there."""
    outcomes = Outcomes(subject)
    about_now = await about.build(subject, outcomes)
    connectors_now = await connectors.build(subject, outcomes)
    with ui.element("div").classes("when-any"), section("What became of it"):
        outcomes.draw()

    async def refresh() -> None:
        await about_now()
        await connectors_now()

    return refresh


class _Tabs:
    """Each is built when it is first shown; only the one that is shown is kept up to date."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self.shown = ""  # its name
        self._refreshes: dict[str, Refresh] = {}
        self._bar = ui.tabs(on_change=self._change).props("no-caps dense align=left outside-arrows")
        self._panels = ui.tab_panels(self._bar, animated=False).classes("panels w-full")
        self._places: dict[str, ui.tab_panel] = {}
        with self._bar:
            for tab in TABS:
                ui.tab(tab.name, label=tab.title)
        with self._panels:
            for tab in TABS:
                self._places[tab.name] = ui.tab_panel(tab.name)

    async def open(self, name: str) -> None:
        """Show a tab; of a name that is none, the first."""
        known = {tab.name: tab for tab in TABS}
        tab = known.get(name) or next(iter(TABS), None)
        if tab is None:
            return
        self.shown = tab.name
        self._bar.set_value(tab.name)
        if tab.name in self._refreshes:
            await self._refreshes[tab.name]()
            return
        with self._places[tab.name]:
            self._refreshes[tab.name] = await tab.build(self._subject)

    async def hasten(self) -> None:
        """A second has gone by."""
        if any(tab.is_hasty for tab in TABS if tab.name == self.shown):
            await self.refresh()

    async def refresh(self) -> None:
        """What is shown may have changed."""
        if refresh := self._refreshes.get(self.shown):
            await refresh()

    async def _change(self, event: events.ValueChangeEventArguments[Any]) -> None:
        if event.value != self.shown:
            self._subject.visit.address(tab=event.value, at=self._subject.at)
            await self.open(event.value)


PAGE = Page(path="/stations/{station}", title="Station", show=show)
