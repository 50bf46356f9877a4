"""What surrounds every page: the menu, the search, the help, who is signed in."""

from itertools import groupby

from nicegui import ui

from commands.ui.parts.search import Search
from commands.ui.route import Page
from commands.ui.visit import Visit

_KEYS = (
    ("/", "search for a station, transaction, token, call, reservation, …"),
    ("?", "this help"),
    ("Tab", "go on to the next field, button or link"),
    ("Esc", "close what is open"),
)
_MODES: dict[str, bool | None] = {"auto": None, "light": False, "dark": True}
_ICONS = {"auto": "brightness_auto", "light": "light_mode", "dark": "dark_mode"}
_CHECK = 10.0  # s between two looks whether the session still lasts


def frame(visit: Visit, pages: tuple[Page, ...], page: Page, mode: str) -> ui.element:
    """Draw it; the element that the page itself is built in is returned."""
    dark = ui.dark_mode(_MODES.get(mode))
    drawer = _menu(visit, pages, page)
    search, helped = Search(visit), _help()
    with ui.header().classes("top items-center no-wrap"):
        menu = ui.button(icon="menu", on_click=drawer.toggle)
        menu.props('flat round dense color=white aria-label="Menu"')
        ui.link("Ampledger", "/").classes("brand")
        ui.space()
        _tool("search", "Search (/)", search.open, id="open-search")
        _tool("help_outline", "Help (?)", helped.open, id="open-help")
        _switch(dark, mode)
        _who(visit)
    content = ui.element("div").classes("page").props("id=content")
    ui.skip_link("Skip to the content", target=content)
    return content


def watch(visit: Visit) -> None:
    """Send to the door who is signed out meanwhile; made last, see `commands.ui.serving`."""
    ui.timer(_CHECK, lambda: visit.ask(visit.api.get("/api/v1/me")))


def _menu(visit: Visit, pages: tuple[Page, ...], current: Page) -> ui.left_drawer:
    drawer = ui.left_drawer(value=False, bordered=True).classes("menu")
    drawer.props("breakpoint=1024 width=220 show-if-above")
    shown = [page for page in pages if page.menu and visit.may(page.role)]
    with drawer, ui.element("nav").props('aria-label="Pages"'):
        for section, within in groupby(shown, key=lambda page: page.menu):
            ui.label(section).classes("menu-section")
            for page in within:
                _entry(page, is_current=page is current)
    return drawer


def _entry(page: Page, *, is_current: bool) -> None:
    with ui.element("a").props(f'href="{page.path}"').classes("menu-entry") as entry:
        if is_current:
            entry.props("aria-current=page")
        ui.icon(page.icon).props("aria-hidden=true")
        ui.label(page.title)


def _tool(icon: str, name: str, on_click: object, *, id: str = "") -> ui.button:
    button = ui.button(icon=icon, on_click=on_click)  # type: ignore[arg-type]  # a handler of NiceGUI
    button.props(f'flat round dense color=white aria-label="{name}"')
    if id:
        button.props(f"id={id}")
    with button:
        ui.tooltip(name)
    return button


def _switch(dark: ui.dark_mode, mode: str) -> None:
    """Light, dark, or as the system has it; kept in a cookie of this browser."""
    modes = list(_MODES)
    chosen = mode if mode in _MODES else "auto"

    def turn() -> None:
        nonlocal chosen
        chosen = modes[(modes.index(chosen) + 1) % len(modes)]
        dark.set_value(_MODES[chosen])
        button.props(f"icon={_ICONS[chosen]}")
        kept = f"ampledger_mode={chosen}; path=/; max-age=31536000; SameSite=Strict"
        ui.run_javascript(f'document.cookie = "{kept}"')

    button = _tool(_ICONS[chosen], "Light, dark or as the system", turn)


def _who(visit: Visit) -> None:
    button = ui.button(icon="account_circle")
    button.props("flat round dense color=white").props["aria-label"] = f"Signed in as {visit.name}"
    with button, ui.menu():
        ui.label(f"{visit.name} · {visit.role}").classes("menu-who")
        ui.menu_item("Password and sessions", lambda: ui.navigate.to("/me"))
        with ui.element("form").props('method="post" action="/sign-out"'):
            leave = ui.element("button").props("type=submit").classes("menu-leave")
            with leave:
                ui.label("Sign out")


def _help() -> ui.dialog:
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props('aria-label="Help"')
        ui.label("Keys").classes("dialog-title")
        with ui.element("dl").classes("details"):
            for key, meaning in _KEYS:
                with ui.element("div").classes("detail"):
                    with ui.element("dt"), ui.element("kbd"):
                        ui.label(key)
                    with ui.element("dd"):
                        ui.label(meaning)
        ui.label("Times are in your zone; rest the pointer on one to see UTC.")
        ui.link("The HTTP API, with all its operations", "/docs", new_tab=True)
        ui.button("Close", on_click=dialog.close).props("flat no-caps")
    return dialog
