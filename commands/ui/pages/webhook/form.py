"""What a webhook sends, and where: added, and changed."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells, dialogs
from commands.ui.parts.asking import Dialog, number
from commands.ui.visit import Visit

_PATH = "/api/v1/webhooks"
_ADDED = (
    "Every event that is chosen is sent by POST, signed with a secret that is shown once, and sent"
    " again until the receiver has answered 2xx."
)
_CHANGED = "From the next request on. Events that are delivered stay so."
ADVICE = (
    "Receivers check the signature of each request by it. It is shown now and never again; another"
    " one can be made."
)


class _Fields:
    """Of a form; what they hold as the API takes it."""

    def __init__(self, form: Dialog, types: list[str], webhook: Any) -> None:
        known = [*types, *(each for each in webhook["types"] if each not in types)]
        names = {each: each.removeprefix("ampledger.") for each in known}
        self._name = form.field("name", ui.input("Name, for people", value=webhook["name"]))
        self._url = form.field("url", ui.input("Address of the receiver", value=webhook["url"]))
        chosen = ui.select(
            names, label="Types; none for all", value=webhook["types"], multiple=True
        )
        self._types = form.field("types", chosen).props("use-chips options-dense")
        ids = "\n".join(webhook["stations"])
        self._stations = form.field(
            "stations", ui.textarea("Ids of stations, one a line; none for all", value=ids)
        )
        self._single = ui.checkbox("One event a request, no batches", value=webhook["single"])

    def wish(self) -> dict[str, Any]:
        """All of them."""
        lines = (each.strip() for each in (self._stations.value or "").splitlines())
        return {
            "name": self._name.value,
            "url": self._url.value,
            "types": self._types.value or [],
            "stations": list(filter(None, lines)),
            "single": self._single.value,
        }


async def add(visit: Visit, types: list[str]) -> None:
    """Ask for all of it; the secret is shown."""
    form = Dialog(visit, "Add a webhook", hint=_ADDED)
    with form.within():
        blank = {"name": "", "url": "https://", "types": [], "stations": [], "single": False}
        fields = _Fields(form, types, blank)
        after = form.field("after", ui.number("Begin after position; empty: from now on", min=0))

    async def send() -> Any:
        return await visit.api.post(_PATH, fields.wish() | {"after": number(after.value)})

    if made := await form.asked("Add it", send):
        dialogs.secret(f"Secret of {made['name'] or made['url']}", made["secret"], ADVICE)


async def change(visit: Visit, webhook: Any, types: list[str]) -> bool:
    """Whether something was changed."""
    form = Dialog(visit, f"Change {webhook['name'] or webhook['url']}", hint=_CHANGED)
    with form.within():
        fields = _Fields(form, types, webhook)
    path = _PATH + cells.path(webhook["id"])

    async def send() -> Any:
        return await visit.api.patch(path, fields.wish())

    return bool(await form.asked("Save", send))
