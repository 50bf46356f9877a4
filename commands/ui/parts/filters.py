"""Fields above a list: what they hold goes to the API, and into the address of the page."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any, Protocol

from nicegui import ui

from commands.ui.parts.asking import local, moment
from commands.ui.visit import Visit

_WAIT = 250  # ms after the last key
_ANY = "any"  # in the address, where something else is usual


class Filtered(Protocol):
    """A list, or whatever else asks for others when a filter changes."""

    async def filter(self, **query: object) -> None:
        """Ask for others; what is not named stays as it is."""
        ...


class Filters:
    """Made before its list is read for the first time: `given` is what the address asks for."""

    def __init__(self, visit: Visit, *, mark: str = "", **usual: str) -> None:
        """`usual` is what is asked for when the address does not say.

        `mark` goes before their names in the address, on pages with several lists.
        """
        self._visit, self._mark, self._usual = visit, mark, usual
        self._listing: Filtered | None = None
        self._values: dict[str, str] = {}
        self._row = ui.row().classes("filters")

    @property
    def given(self) -> dict[str, object]:
        """The query of the list."""
        return dict(self._values)

    def text(self, name: str, label: str) -> None:
        """Some words, sent when nobody has typed for a moment."""
        with self._row:
            field = ui.input(label, value=self._first(name))
            field.props(f"dense outlined clearable debounce={_WAIT}")
            field.on_value_change(lambda event: self._change(name, event.value))

    def choice(self, name: str, label: str, options: Mapping[str, str]) -> None:
        """One of several, or any; `options` by what is sent."""
        with self._row:
            first = self._first(name)
            if first not in options:
                first = self._values[name] = ""
            field = ui.select({"": _ANY, **options}, label=label, value=first)
            field.props("dense outlined options-dense")
            field.on_value_change(lambda event: self._change(name, event.value))

    def moment(self, name: str, label: str) -> None:
        """A time in the viewer's zone."""
        try:
            first = local(self._first(name), self._visit.zone)
        except ValueError:
            first = self._values[name] = ""
        with self._row:
            field = moment(label, value=first).props(f"clearable debounce={_WAIT}")
            field.on_value_change(lambda event: self._change(name, self._instant(event.value)))

    def number(self, name: str, label: str) -> None:
        """A whole number; anything else counts as none."""
        first = self._values[name] = _digits(self._first(name))
        with self._row:
            field = ui.input(label, value=first)
            field.props(f"dense outlined clearable type=number debounce={_WAIT}")
            field.on_value_change(lambda event: self._change(name, _digits(event.value)))

    def of(self, listing: Filtered) -> None:
        """The list that is filtered."""
        self._listing = listing

    def _instant(self, written: str | None) -> str:
        """In UTC, as the API takes it; "" while it is no time."""
        try:
            at = self._visit.zone.of(written or "")
        except ValueError:
            return ""
        return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _first(self, name: str) -> str:
        asked = self._visit.query.get(self._mark + name, self._usual.get(name, ""))
        value = self._values[name] = "" if asked == _ANY and name in self._usual else asked
        return value

    def _said(self, name: str) -> str:
        """In the address."""
        return self._values[name] or (_ANY if name in self._usual else "")

    async def _change(self, name: str, value: str | None) -> None:
        self._values[name] = value or ""
        self._visit.address(**{self._mark + each: self._said(each) for each in self._values})
        if self._listing:
            await self._listing.filter(**self._values)


def _digits(written: Any) -> str:
    text = str(written or "")
    return text if text.removeprefix("-").isdecimal() and text.isascii() else ""
