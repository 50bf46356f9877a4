"""What can be done to a webhook."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import ui

from commands.ui.pages.webhook import form
from commands.ui.parts import dialogs
from commands.ui.parts.asking import Dialog, number
from commands.ui.parts.sheet import settled
from commands.ui.visit import Visit

_PAUSED = "Nothing is sent until it is resumed. Its position stays, so nothing is lost."
_RESUMED = "It goes on at once: after the position below, or where it stood."
_ROTATED = (
    "A new secret is made and shown once. Until the former one is dropped, requests bear the"
    " signatures of both: the receiver can change over meanwhile."
)
_DROPPED = (
    "Only the newest secret signs from now on. A receiver that still checks by the former one"
    " takes no more events."
)
_REMOVED = "Nothing is sent any more, and its attempts are forgotten. It cannot be undone."


class Steering:
    """Its buttons: those that make sense as it stands."""

    def __init__(
        self, visit: Visit, path: str, types: list[str], refresh: Callable[[], Awaitable[object]]
    ) -> None:
        self._visit, self._path, self._types, self._refresh = visit, path, types, refresh
        self._webhook: Any = None
        with ui.row():
            self._edit = _button("Change", self._ask_change)
            self._pause = _button("Pause", self._ask_pause)
            self._resume = _button("Resume", self._ask_resume)
            self._rotate = _button("New secret", self._ask_secret)
            self._drop = _button("Drop the former secret", self._ask_drop)
            self._remove = _button("Delete", self._ask_remove).props("color=negative")

    def show(self, webhook: Any) -> None:
        """Which of them there are."""
        self._webhook = webhook
        self._pause.set_visibility(webhook["state"] == "active")
        self._resume.set_visibility(webhook["state"] != "active")
        self._drop.set_visibility(webhook["two_secrets"])

    async def _ask_change(self) -> None:
        if await form.change(self._visit, self._webhook, self._types):
            await self._done("Saved.")

    async def _ask_pause(self) -> None:
        if await dialogs.confirmed(f"Pause {self._name}?", _PAUSED, verb="Pause it", danger=False):
            await self._do(self._visit.api.post(self._path + "/pause"), "It is paused.")

    async def _ask_resume(self) -> None:
        asked = Dialog(self._visit, f"Resume {self._name}?", hint=_RESUMED)
        stood = f"After position; empty: where it stood, {self._webhook['position']}"
        with asked.within():
            after = asked.field("after", ui.number(stood, min=0))

        async def send() -> Any:
            wish = {"after": number(after.value)}
            return await self._visit.api.post(self._path + "/resume", wish)

        if await asked.asked("Resume it", send):
            await self._done("It goes on.")

    async def _ask_secret(self) -> None:
        title = f"Make a new secret for {self._name}?"
        if not await dialogs.confirmed(title, _ROTATED, verb="Make it", danger=False):
            return
        if made := await self._visit.ask(self._visit.api.post(self._path + "/secret")):
            dialogs.secret(f"Secret of {self._name}", made["secret"], form.ADVICE)
            await self._visit.ask(self._refresh())

    async def _ask_drop(self) -> None:
        title = f"Drop the former secret of {self._name}?"
        if await dialogs.confirmed(title, _DROPPED, verb="Drop it"):
            wish = self._visit.api.delete(self._path + "/former-secret")
            await self._do(wish, "Only the newest secret signs.")

    async def _ask_remove(self) -> None:
        if await dialogs.confirmed(f"Delete {self._name}?", _REMOVED, verb="Delete the webhook"):
            wish = settled(self._visit.api.delete(self._path))
            if await self._visit.do(wish, "It is deleted."):
                ui.navigate.to("/webhooks")

    async def _do(self, wish: Awaitable[Any], done: str) -> None:
        if await self._visit.do(settled(wish), done):
            await self._visit.ask(self._refresh())

    async def _done(self, said: str) -> None:
        ui.notify(said, type="positive")
        await self._visit.ask(self._refresh())

    @property
    def _name(self) -> str:
        name: str = self._webhook["name"] or self._webhook["url"]
        return name


def _button(text: str, on_click: Callable[[], Awaitable[None]]) -> ui.button:
    return ui.button(text, on_click=on_click).props("no-caps outline")
