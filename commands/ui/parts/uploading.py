"""Large files go straight from the browser to the API, which takes the session's cookie."""

from collections.abc import Awaitable, Callable

from nicegui import events, ui

Told = Callable[[events.GenericEventArguments], Awaitable[None]]

_DONE = "(info) => emit(info.files[0].name)"
_FAILED = """(info) => {
  let said = "the connection broke off";
  try { const told = JSON.parse(info.xhr.responseText);
    said = `${told.detail} (HTTP ${told.status}, request ${told.request_id})`; } catch (_) {}
  emit([info.files[0].name, said]);
}"""


def uploader(path: str, *, label: str, on_done: Told) -> ui.element:
    """Shows how far it is; `on_done` is given the name of a file. `path` of the API takes ?name=.

    The file is the body as it is: no form, and nothing of it goes through the page.
    """
    made = ui.element("q-uploader").classes("w-full uploader")
    made.props(f'flat bordered auto-upload send-raw label="{label}"')
    made.props[":url"] = f"(files) => '{path}?name=' + encodeURIComponent(files[0].name)"
    made.props["method"] = "POST"
    made.on("uploaded", on_done, js_handler=_DONE)
    made.on("failed", _tell, js_handler=_FAILED)
    return made


def _tell(event: events.GenericEventArguments) -> None:
    name, said = event.args
    ui.notify(f"{name} was not uploaded: {said}", type="negative", close_button="Close", timeout=0)
