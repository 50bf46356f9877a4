"""A dialog of fields: what the API finds wrong with one stands at it, and nothing typed is lost."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from nicegui import ui
from nicegui.elements.mixins.validation_element import ValidationElement

from commands.ui.client import Refused
from commands.ui.visit import Visit
from commands.ui.zone import Zone

T = TypeVar("T")
Field = TypeVar("Field", bound=ValidationElement[Any])


class Dialog:
    """Made, filled with fields `within`, then `asked`."""

    def __init__(self, visit: Visit, title: str, *, hint: str = "") -> None:
        """`title` names what is done and to whom, `hint` what happens then."""
        self._visit = visit
        self._fields: dict[str, ValidationElement[Any]] = {}
        with ui.dialog() as self._dialog, ui.card().classes("dialog"):
            self._dialog.props["aria-label"] = title
            ui.label(title).classes("dialog-title")
            if hint:
                ui.label(hint).classes("pre-line muted")
            self._body = ui.column().classes("w-full form")
            self._wrong = ui.label().classes("wrong pre-line").props("role=alert")
            self._foot = ui.row().classes("w-full justify-end")

    @contextmanager
    def within(self) -> Iterator[None]:
        """What is made here is a part of it."""
        with self._body:
            yield

    def field(self, name: str, element: Field) -> Field:
        """A field; `name` is its place in what is sent, e.g. expiry_date or schedule.unit."""
        self._fields[name] = element
        element.props("outlined dense hide-bottom-space").classes("w-full")
        return element

    async def asked(
        self, verb: str, send: Callable[[], Awaitable[T]], *, danger: bool = False
    ) -> T | None:
        """What the API answers; None when somebody thought better of it."""

        async def go() -> None:
            sure.props("loading")
            if (answer := await self._sent(send)) is not None:
                self._dialog.submit(answer)
            sure.props(remove="loading")

        with self._foot:
            cancel = ui.button("Cancel", on_click=lambda: self._dialog.submit(None))
            cancel.props("flat no-caps")
            sure = ui.button(verb, on_click=go)
            sure.props(f"no-caps unelevated color={'negative' if danger else 'primary'}")
        answer = await self._dialog
        self._dialog.delete()
        return answer[0] if answer else None

    async def _sent(self, send: Callable[[], Awaitable[T]]) -> tuple[T] | None:
        for field in self._fields.values():
            field.error = None
        self._wrong.text = ""
        try:
            return (await send(),)
        except Refused as refused:
            self._wrong.text = "\n".join(placed(refused, self._fields))
        except ValueError as error:
            self._wrong.text = str(error)
        return None


def placed(refused: Refused, fields: dict[str, ValidationElement[Any]]) -> list[str]:
    """Have each fault stand at its field; returned is what has none, with the id to quote."""
    left: list[str] = []
    for place, message in refused.faults.items():
        told = message.removeprefix("Value error, ")
        name = place.removeprefix("body.")
        if field := fields.get(name):
            field.error = told
        else:
            left.append(told if name == "body" else f"{name}: {told}")
    if not refused.faults:
        left.append(refused.detail)
    return [*left, f"HTTP {refused.status} · request {refused.request}"]


def moment(label: str, *, value: str = "") -> ui.input:
    """A local time; `written` makes an RFC 3339 one of it."""
    field = ui.input(label, value=value)
    field.props("type=datetime-local stack-label step=1 outlined dense")
    return field


def written(field: ui.input, zone: Zone) -> str | None:
    """The time in a field, in the viewer's zone, as the API takes it; raises ValueError."""
    return zone.of(field.value).isoformat() if field.value else None


def local(at: str | None, zone: Zone) -> str:
    """An RFC 3339 time as a field of a local time has it; "" for none."""
    return f"{zone.local(at):%Y-%m-%dT%H:%M:%S}" if at else ""


def number(value: Any) -> int | None:
    """A whole number of a field, None when it is empty; raises ValueError."""
    return None if value in (None, "") else int(float(value))
