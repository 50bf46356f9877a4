"""Registering a station, changing how it is treated, adopting one that knocks, removing one."""

import secrets
from typing import Any

from nicegui import ui

from commands.ui.pages.stations.treatment import Treatment
from commands.ui.parts import dialogs
from commands.ui.parts.asking import Dialog
from commands.ui.parts.cells import path
from commands.ui.visit import Visit

_BYTES = 20  # of a password: the most that OCPP has (white paper A00.FR.205)
_ADVICE = (
    "Set it on the station as the password of HTTP Basic authentication (AuthorizationKey); these"
    " 40 hexadecimal digits stand for 20 bytes. It is kept only as a hash and is not shown again."
)
_HINT = "Until the station has the same password and security profile, it is turned away."


async def register(visit: Visit, id: str = "") -> bool:
    """Ask how a station is to be treated, and register it; whether it was done."""
    form = Dialog(visit, f"Register {id or 'a station'}", hint=_HINT)
    with form.within():
        name = form.field("id", ui.input("Id, as at the end of its address", value=id))
        treatment = Treatment(form, None)
    return await _asked(visit, form, ("Register", "registered"), name, treatment)


async def edit(visit: Visit, station: Any) -> bool:
    """The same for one that is registered, `station` as the API shows it."""
    form = Dialog(visit, f"How {station['id']} is treated", hint=_HINT)
    with form.within():
        name = ui.input(value=station["id"])
        name.set_visibility(False)
        treatment = Treatment(form, station)
    return await _asked(visit, form, ("Save", "saved"), name, treatment)


async def adopt(visit: Visit, id: str) -> bool:
    """Take in one that knocks, as is usual, with a new password."""
    password = secrets.token_hex(_BYTES)
    wish = visit.api.put(_path(id), {"password": password})
    if await visit.do(wish, f"{id} is registered.") is None:
        return False
    dialogs.secret(f"Password of {id}", password, _ADVICE)
    return True


async def remove(visit: Visit, id: str) -> bool:
    """Take one out of the register, if somebody is sure; whether it was done."""
    consequence = (
        "Its connection is closed and it is not let in any more. Its transactions, calls and"
        " history stay. It can be registered again; its password is forgotten."
    )
    if not await dialogs.confirmed(f"Remove {id}?", consequence, verb=f"Remove {id}"):
        return False

    async def go() -> bool:
        await visit.api.delete(_path(id))
        return True

    return bool(await visit.do(go(), f"{id} is removed."))


def buttons(visit: Visit, id: str) -> None:
    """Change how a station is treated, or remove it: for the top of its own page."""

    async def change() -> None:
        station = await visit.ask(visit.api.get(_path(id)))
        if station is not None:
            await edit(visit, station)

    async def take_out() -> None:
        if await remove(visit, id):
            ui.navigate.to("/stations")

    ui.button("Edit", on_click=change).props("no-caps outline")
    ui.button("Remove", on_click=take_out).props("no-caps outline color=negative")


async def _asked(
    visit: Visit, form: Dialog, words: tuple[str, str], name: ui.input, treatment: Treatment
) -> bool:
    """Have it sent; a password that was made here is shown, this once.

    `words`: what the button says, and what was done then.
    """
    made = secrets.token_hex(_BYTES)
    has_made = False

    async def send() -> Any:
        nonlocal has_made
        wish, has_made = treatment.wish(made)
        if not name.value:
            raise ValueError("A station needs an id.")
        return await visit.api.put(_path(name.value), wish)

    if (station := await form.asked(words[0], send)) is None:
        return False
    ui.notify(f"{station['id']} is {words[1]}.", type="positive")
    if has_made:
        dialogs.secret(f"Password of {station['id']}", made, _ADVICE)
    return True


def _path(id: str) -> str:
    return "/api/v1" + path("stations", id)
