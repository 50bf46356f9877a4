"""What can be done to the chosen stations: how many they are, and the buttons."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from commands.ui.pages.stations import calling, many
from commands.ui.pages.stations.choice import Choice
from commands.ui.parts.listing import Listing
from commands.ui.visit import Visit


class Toolbar:
    """Above the list: what is picked, or all that match once somebody says so."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._listing: Listing | None = None
        self._is_whole = False
        self._buttons: list[ui.button] = []
        with ui.row().classes("toolbar items-center w-full").props("role=group"):
            self._said = ui.label().classes("muted").props("role=status")
            self._all = ui.button(on_click=self._choose_all).props("no-caps flat dense")
            self._none = ui.button("Choose none", on_click=self._choose_none)
            self._none.props("no-caps flat dense")
            ui.space()
            self._add("Send a call", calling.ask)
            if visit.may("admin"):
                self._add("Add a label", many.label)
                self._add("Take a label off", many.unlabel)
                self._add("Remove", many.remove, danger=True)

    def of(self, listing: Listing) -> None:
        """The list that stations are picked in."""
        self._listing = listing
        self.show()

    def chosen(self, picked: list[Any]) -> None:
        """Others are picked, or none."""
        self._is_whole = False
        self.show()

    def show(self) -> None:
        """Say what is chosen; nothing is sent when nothing differs."""
        choice = self._choice
        total = self._listing.total or 0 if self._listing else 0
        self._all.text = f"Choose all {total:,} that match"
        self._all.set_visibility(not self._is_whole and total > 1)
        self._none.set_visibility(bool(choice.count))
        self._said.text = f"{choice.count:,} chosen" if choice.count else "None chosen"
        for button in self._buttons:
            button.set_enabled(bool(choice.count))

    @property
    def _choice(self) -> Choice:
        if self._listing is None:
            return Choice.of([])
        if self._is_whole:
            return Choice.matching(self._listing.options.query, self._listing.total or 0)
        return Choice.of(self._listing.chosen)

    def _choose_all(self) -> None:
        if self._listing:
            self._listing.choose_none()
        self._is_whole = True
        self.show()

    def _choose_none(self) -> None:
        if self._listing:
            self._listing.choose_none()

    def _add(
        self,
        label: str,
        ask: Callable[[Visit, Choice], Awaitable[bool]],
        *,
        danger: bool = False,
    ) -> None:
        async def go() -> None:
            if await ask(self._visit, self._choice) and self._listing:
                self._listing.choose_none()
                await self._listing.refresh()
                self.show()

        button = ui.button(label, on_click=go).props("no-caps outline dense")
        if danger:
            button.props("color=negative")
        self._buttons.append(button)
