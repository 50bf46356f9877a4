"""Forgetting a token: nobody can undo it, so its tag must be typed."""

from nicegui import ui

from commands.ui.pages.token.permit import path
from commands.ui.visit import Visit

_MOST = 1000  # lists that are counted
_DESTROYED = (
    "The key of {tag} is destroyed. In transactions, reservations, messages, events, proofs and the"
    " audit trail a pseudonym stands for the tag from then on, for good: nobody can tell whose they"
    " were, neither we nor anybody with a copy of the database. The token itself, its note, parent"
    " and group are gone. This cannot be undone.\n"
    "It is refused while a transaction with the token is open."
)


async def forgotten(visit: Visit, id_tag: str) -> bool:
    """Ask, and forget it; whether it was."""
    on_lists = await _lists(visit, id_tag)
    title = f"Forget token {id_tag}"
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        ui.label(title).classes("dialog-title")
        ui.label(_DESTROYED.format(tag=id_tag)).classes("pre-line")
        if on_lists:
            told = f"It is on the local lists of {on_lists} stations, which keep what they were"
            ui.label(f"{told} sent: send them their lists anew, in full, first.")
        typed = ui.input("Type the tag to go on").props("outlined dense autofocus")
        typed.classes("w-full")
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            sure = ui.button("Forget it for good", on_click=lambda: dialog.submit("yes"))
            sure.props("no-caps unelevated color=negative")
            sure.bind_enabled_from(typed, "value", backward=lambda value: value == id_tag)
    answer = await dialog
    dialog.delete()
    if not answer:
        return False
    asked = visit.api.post(f"{path(id_tag)}/forget")
    made = await visit.do(asked, f"Token {id_tag} is being forgotten")
    if made:
        done = visit.zone.text(made["done_by"])
        ui.notify(f"{made['pseudonym']} stands for it by {done}", timeout=15_000)
    return made is not None


async def _lists(visit: Visit, id_tag: str) -> int:
    asked = visit.api.get(f"{path(id_tag)}/local-lists", limit=_MOST)
    page = await visit.ask(asked)
    return len(page["items"]) if page else 0
