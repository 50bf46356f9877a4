"""A page in a browser is its session's, who else may know its id: NiceGUI asks for no more."""

from collections.abc import Callable
from inspect import isawaitable
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs

from nicegui import Client, core
from starlette.types import Scope

_ROOT = "/"  # the one namespace
_EVENTS = ("connect", "handshake", "event", "javascript_response", "ack", "log")
_NOWHERE = MappingProxyType(  # what is said to a page that there is not
    {"client_id": "none", "QUERY_STRING": "implicit_handshake=true&client_id=none"}
)
_OWN = "/_nicegui/client/"  # followed by the id of a page: where files are brought to it


def bind() -> None:
    """Have what sockets send reach the pages of their own session only."""
    for event in _EVENTS:
        core.sio.on(event, _bound(core.sio.handlers[_ROOT][event]))


def is_foreign(page: str, scope: Scope) -> bool:
    """Whether there is such a page, and another session than the one that asks has it."""
    client = Client.instances.get(page)
    if client is None or client.request is None:
        return False
    return bool(client.request.state.guest.session != scope["state"]["guest"].session)


def leads_elsewhere(scope: Scope) -> bool:
    """Whether a request is for the page of another session."""
    path: str = scope["path"]
    return path.startswith(_OWN) and is_foreign(path.removeprefix(_OWN).partition("/")[0], scope)


def _bound(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def handling(sid: str, told: dict[str, Any], *more: object) -> Any:
        is_others = is_foreign(_page_in(told), core.sio.get_environ(sid)["asgi.scope"])
        answer = handler(sid, told | _NOWHERE if is_others else told, *more)
        return await answer if isawaitable(answer) else answer

    return handling


def _page_in(told: dict[str, Any]) -> str:
    """The id of the page that is meant: sockets bring it in their address, and in what they say."""
    asked = parse_qs(told.get("QUERY_STRING", ""))
    return str(told.get("client_id") or asked.get("client_id", [""])[0])
