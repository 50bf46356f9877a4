"""What is thought of a token, as a dialog: for a new one, or one that is there."""

from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.asking import Dialog, local, moment, number, written
from commands.ui.visit import Visit

_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")
_HINT = (
    "It counts from the next Authorize or StartTransaction on. Stations with a local list keep what"
    " they were sent until they are sent another."
)


def path(id_tag: str) -> str:
    """Of the API."""
    return "/api/v1" + cells.path("tokens", id_tag)


async def issued(visit: Visit, id_tag: str = "") -> str | None:
    """Ask for a token and issue it; its tag, None when somebody thought better of it."""
    form = Dialog(visit, "Issue a token", hint=_HINT)
    with form.within():
        tag = form.field("id_tag", ui.input("Tag, 1 to 20 characters", value=id_tag))
        fields = _Fields(form, visit, {})

    async def send() -> Any:
        if not tag.value:
            raise ValueError("a tag is needed")
        return await visit.api.put(path(tag.value), fields.wish())

    made = await form.asked("Issue", send)
    if made is None:
        return None
    ui.notify(f"Token {made['id_tag']} is issued", type="positive")
    return str(made["id_tag"])


async def edited(visit: Visit, token: Any) -> bool:
    """Ask what is to be thought of a token, and put it; whether it was."""
    id_tag = token["id_tag"]
    form = Dialog(visit, f"Change token {id_tag}", hint=_HINT)
    with form.within():
        fields = _Fields(form, visit, token)
    made = await form.asked("Save", lambda: visit.api.put(path(id_tag), fields.wish()))
    if made:
        ui.notify(f"Token {id_tag} is changed", type="positive")
    return made is not None


class _Fields:
    """All of TokenWish."""

    def __init__(self, form: Dialog, visit: Visit, known: Any) -> None:
        self._zone = visit.zone
        status = ui.select(list(_STATUSES), label="Status", value=known.get("status", "Accepted"))
        self._status = form.field("status", status)
        expiry = local(known.get("expiry_date"), visit.zone)
        self._expiry = form.field("expiry_date", moment("Expires (empty: never)", value=expiry))
        parent = ui.input(
            "Parent tag: its tokens stop each other", value=_text(known, "parent_id_tag")
        )
        self._parent = form.field("parent_id_tag", parent)
        group = ui.input("Group: goes onto local lists together", value=_text(known, "group"))
        self._group = form.field("group", group)
        limit = ui.number(
            "Transactions at a time (0: any)", value=known.get("concurrent_limit", 0), min=0
        )
        self._limit = form.field("concurrent_limit", limit)
        self._note = form.field("note", ui.textarea("Note", value=_text(known, "note")))

    def wish(self) -> dict[str, object]:
        """As the API takes it; raises ValueError."""
        return {
            "status": self._status.value,
            "expiry_date": written(self._expiry, self._zone),
            "parent_id_tag": self._parent.value or "",
            "group": self._group.value or "",
            "concurrent_limit": number(self._limit.value) or 0,
            "note": self._note.value or "",
        }


def _text(known: Any, name: str) -> str:
    return str(known.get(name) or "")
