"""One user: role, password, sessions, tokens."""

from functools import partial
from types import MappingProxyType
from typing import Any

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.details import Details
from commands.ui.parts.dialogs import confirmed, secret
from commands.ui.parts.heading import heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

ROLES = MappingProxyType(
    {
        "viewer": "viewer: reads",
        "operator": "operator: also calls stations and keeps tokens",
        "admin": "admin: also keeps stations and users",
    }
)

_ROLE = "All their sessions and tokens may do from now on what the role may, and no more."


async def show(visit: Visit, name: str) -> None:
    """Build it."""
    with heading(name):
        actions = ui.row()
    with section("User"):
        details = Details()

    async def refresh() -> None:
        if user := await visit.ask(visit.api.get(_path(name))):
            details.show(_about(visit, user))
            for each in (actions, make):
                each.set_visibility(not user["revoked_at"])

    with actions:
        _buttons(visit, name, refresh)
    tokens, make = _tokens(visit, name)
    await refresh()
    await tokens.refresh()
    visit.live(refresh)
    visit.live(tokens.refresh)


async def welcome(visit: Visit, name: str) -> None:
    """Make a link by which somebody chooses a password, and show it."""
    made = await visit.ask(visit.api.post(f"{_path(name)}/invitations"))
    if made:
        base = await ui.run_javascript("window.location.origin")
        advice = f"Give this link to {name}. It is good once, until "
        until = visit.zone.text(made["expires_at"])
        secret(f"A link for {name}", f"{base}{made['path']}", f"{advice}{until}.")


def _about(visit: Visit, user: dict[str, Any]) -> dict[str, Cell]:
    return {
        "Role": cells.text(user["role"]),
        "Since": cells.time(user["created_at"], visit.zone),
        "Password": cells.text("yes" if user["has_password"] else "none: make a link"),
        "Revoked": cells.time(user["revoked_at"], visit.zone),
    }


def _buttons(visit: Visit, name: str, refresh: Any) -> None:
    async def role(to: str) -> None:
        if not await confirmed(f"Make {name} {to}?", _ROLE, verb=f"Make them {to}"):
            return
        wish = visit.api.patch(_path(name), {"role": to})
        await visit.do(wish, f"{name} is {to} now.")
        await refresh()

    async def end() -> None:
        told = "Every session of theirs ends at once; they can sign in again. Tokens stay good."
        if await confirmed(f"Sign {name} out everywhere?", told, verb="Sign out"):
            await visit.do(visit.api.delete(f"{_path(name)}/sessions"), f"{name} is signed out.")

    async def revoke() -> None:
        told = (
            "All tokens and sessions are worth nothing from then on. The name is never given again."
        )
        if await confirmed(f"Revoke {name}?", told, verb="Revoke"):
            await visit.do(visit.api.delete(_path(name)), f"{name} is revoked.")
            await refresh()

    with ui.dropdown_button("Role", auto_close=True).props("no-caps flat"):
        for each, meaning in ROLES.items():
            ui.item(meaning, on_click=partial(role, each))
    ui.button("Link for a password", on_click=partial(welcome, visit, name)).props("no-caps flat")
    ui.button("Sign out everywhere", on_click=end).props("no-caps flat")
    ui.button("Revoke", on_click=revoke).props("no-caps flat color=negative")


def _tokens(visit: Visit, name: str) -> tuple[Listing, ui.button]:
    columns = [
        Column("name", "For", lambda each: cells.text(each["name"])),
        Column("since", "Made", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("by", "By", lambda each: cells.text(each["created_by"])),
        Column("used", "Used last", lambda each: cells.time(each["used_at"], visit.zone)),
        Column("until", "Good until", partial(_until, visit)),
    ]
    with section("Tokens of programs"):
        ui.label("Choose one to revoke it.").classes("muted")
        options = Options(name="Tokens", empty="No token.", on_open=partial(_revoke, visit, name))
        listing = Listing(visit, f"{_path(name)}/tokens", columns, options)
        make = ui.button("Make a token", icon="key", on_click=partial(_make, visit, name, listing))
        make.props("no-caps outline")
    return listing, make


def _until(visit: Visit, token: dict[str, Any]) -> Cell:
    if token["revoked_at"]:
        return cells.state("revoked", "bad", title=visit.zone.text(token["revoked_at"]))
    return (
        cells.time(token["expires_at"], visit.zone) if token["expires_at"] else cells.text("ever")
    )


async def _revoke(visit: Visit, name: str, token: dict[str, Any]) -> None:
    if token["revoked_at"]:
        return
    told = "Programs that come with it are refused from then on."
    what = f"Revoke the token “{token['name'] or token['id']}” of {name}?"
    if await confirmed(what, told, verb="Revoke"):
        await visit.do(visit.api.delete(f"{_path(name)}/tokens/{token['id']}"), "Revoked.")


def _make(visit: Visit, name: str, listing: Listing) -> None:
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props('aria-label="Make a token"')
        ui.label(f"A token for {name}").classes("dialog-title")
        called = ui.input("What it is for").props("outlined dense autofocus").classes("w-full")
        days = ui.number("Days that it is good", value=365, min=1, max=3650, precision=0)
        days.props("outlined dense").classes("w-full")

        async def go() -> None:
            wish = {"name": called.value or "", "expires_in_days": int(days.value)}
            made = await visit.ask(visit.api.post(f"{_path(name)}/tokens", wish))
            if made:
                dialog.close()
                await listing.refresh()
                secret("The token", made["token"], "It is shown only here. Keep it as a secret.")

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Make it", on_click=go).props("no-caps unelevated")


def _path(name: str) -> str:
    return "/api/v1" + cells.path("users", name)


PAGE = Page(path="/users/{name}", title="User", show=show, role="admin")
