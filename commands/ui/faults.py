"""What is said when there is no such page, or a page fails by a defect of ours."""

from nicegui import ui

from commands.ui.parts.heading import heading
from commands.ui.route import Page
from commands.ui.visit import Visit

_OURS = "That failed by a defect of ours. It is in the log of the server"
_MISSING = 404


async def _missing(_: Visit, rest: str) -> None:
    ui.status_code(_MISSING)
    with heading("There is no such page"):
        pass
    ui.label(f"Nothing is at /{rest}. Search for it with “/”, or choose from the menu.")


def failed(error: Exception) -> None:
    """A page of its own in the place of one that could not be built."""
    request = ui.context.client.request.state.request_id
    with ui.element("div").classes("page"):
        with heading("This page could not be built"):
            pass
        ui.label(f"{_OURS}, as {type(error).__name__}, with the request {request}.")
        ui.link("Overview", "/")


def notify(error: Exception) -> None:
    """The same for what failed on a page that is shown."""
    ui.notify(f"{_OURS}, as {type(error).__name__}.", type="negative", close_button="Close")


MISSING = Page(path="/{rest:path}", title="No such page", show=_missing)
