"""The fields of a plan, by their places in what is sent: what is wrong with one stands at it."""

from typing import Any, TypeVar

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from commands.ui.client import Refused
from commands.ui.parts.asking import placed

Element = TypeVar("Element", bound=ValidationElement[Any])


class Fields:
    """Those that are there, and a line for what belongs to none of them."""

    def __init__(self) -> None:
        self._by_place: dict[str, ValidationElement[Any]] = {}
        self._wrong: ui.label | None = None

    def line(self) -> None:
        """Where what belongs to no field is to stand."""
        self._wrong = ui.label().classes("wrong pre-line").props("role=alert")

    def put(self, place: str, element: Element) -> Element:
        """One more, e.g. of firmware.location."""
        self._by_place[place] = element
        element.props("outlined dense").classes("w-full")
        return element

    def clear(self) -> None:
        """Nothing is wrong so far."""
        self._tell("")
        for field in self._by_place.values():
            field.error = None

    def say(self, refused: Refused | ValueError) -> None:
        """What is wrong."""
        if isinstance(refused, ValueError):
            self._tell(str(refused))
            return
        there = {place: each for place, each in self._by_place.items() if not each.is_deleted}
        self._tell("\n".join(placed(refused, there)))

    def _tell(self, text: str) -> None:
        if self._wrong:
            self._wrong.text = text
