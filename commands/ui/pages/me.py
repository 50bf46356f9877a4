"""Who is signed in: their password, and everywhere they are signed in."""

from nicegui import ui

from commands.ui.parts import cells
from commands.ui.parts.details import Details
from commands.ui.parts.dialogs import confirmed
from commands.ui.parts.heading import heading, section
from commands.ui.parts.listing import Column, Listing, Options
from commands.ui.route import Page
from commands.ui.visit import Visit

_PATH = "/api/v1/sessions"


async def show(visit: Visit) -> None:
    """Build it."""
    with heading("Password and sessions"):
        pass
    with section("You"):
        details = Details()
    if me := await visit.ask(visit.api.get("/api/v1/me")):
        details.show(
            {
                "Name": cells.text(me["name"]),
                "Role": cells.text(me["role"]),
                "Signed in until": cells.time(me["expires_at"], visit.zone),
                "Time zone": cells.text(visit.zone.name),
            }
        )
        if me["has_password"]:
            _password(visit)
    await _sessions(visit)


def _password(visit: Visit) -> None:
    with section("Password"), ui.column().classes("w-full"):
        old = _secret("Password until now", "current-password")
        new = _secret("New password, 12 characters or more", "new-password")
        again = _secret("The new one again", "new-password")

        async def change() -> None:
            if new.value != again.value:
                ui.notify("The new passwords are not the same.", type="warning")
                return
            wish = {"old": old.value or "", "new": new.value or ""}
            changed = visit.api.put("/api/v1/me/password", wish)
            await visit.do(changed, "Changed; your other sessions have ended.")
            for field in (old, new, again):
                field.set_value("")

        ui.button("Change the password", on_click=change).props("no-caps unelevated")


def _secret(label: str, kind: str) -> ui.input:
    field = ui.input(label, password=True).props(f"dense outlined autocomplete={kind}")
    return field.classes("password")


async def _sessions(visit: Visit) -> None:
    columns = [
        Column("began", "Signed in", lambda each: cells.time(each["created_at"], visit.zone)),
        Column("origin", "From", lambda each: cells.code(each["origin"])),
        Column("used", "Used last", lambda each: cells.time(each["used_at"], visit.zone)),
        Column("ends", "Ends", lambda each: cells.time(each["expires_at"], visit.zone)),
        Column("current", "", lambda each: cells.text("this one" if each["current"] else " ")),
    ]
    with section("Sessions"):
        options = Options(name="Sessions", empty="You came with a token: there is no session.")
        listing = Listing(visit, _PATH, columns, options)

        async def leave() -> None:
            asked = await confirmed(
                f"Sign {visit.name} out everywhere?",
                "Every session of yours ends at once, this one too. Tokens of programs stay good.",
                verb="Sign out everywhere",
            )
            if asked:
                await visit.do(visit.api.delete(_PATH), "Signed out everywhere.")
                ui.navigate.to("/sign-in")

        ui.button("Sign out everywhere", on_click=leave).props("no-caps outline color=negative")
    await listing.refresh()
    visit.live(listing.refresh)


PAGE = Page(path="/me", title="Password and sessions", show=show)
