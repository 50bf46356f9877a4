"""Who may use it all: people and programs, their roles, passwords and tokens."""

from functools import partial

from nicegui import ui

from commands.ui.pages.user import ROLES, welcome
from commands.ui.parts import cells
from commands.ui.parts.cells import Cell
from commands.ui.parts.heading import heading
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit


async def show(visit: Visit) -> None:
    """Build it."""
    columns = [
        Column(
            "name", "Name", lambda each: cells.link(each["name"], cells.path("users", each["name"]))
        ),
        Column("role", "Role", lambda each: cells.text(each["role"])),
        Column("password", "Password", lambda each: cells.text(each["has_password"])),
        Column("since", "Since", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("state", "State", _state),
    ]
    with heading("Users", "People sign in with a password; programs come with a token."):
        add = ui.button("Add a user", icon="person_add").props("no-caps unelevated")
    listing = Listing(visit, "/api/v1/users", columns, Options(key="name", name="Users"))
    add.on_click(partial(_add, visit, listing))
    await listing.refresh()
    visit.live(listing.refresh)


def _state(each: dict[str, str]) -> Cell:
    return cells.state("revoked", "bad") if each["revoked_at"] else cells.state("active", "good")


def _add(visit: Visit, listing: Listing) -> None:
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props('aria-label="Add a user"')
        ui.label("Add a user").classes("dialog-title")
        name = ui.input("Name").props("outlined dense autofocus").classes("w-full")
        role = ui.select(dict(ROLES), value="viewer", label="Role").props("outlined dense")
        role.classes("w-full")
        ui.label("You are then given a link by which they choose a password, once.")

        async def go() -> None:
            wish = {"name": name.value, "role": role.value}
            if await visit.do(visit.api.post("/api/v1/users", wish), f"{name.value} is added."):
                dialog.close()
                await listing.refresh()
                await welcome(visit, str(name.value))

        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=dialog.close).props("flat no-caps")
            ui.button("Add", on_click=go).props("no-caps unelevated")


PAGE = Page(
    path="/users", title="Users", show=show, icon="group", menu="Administration", role="admin"
)
