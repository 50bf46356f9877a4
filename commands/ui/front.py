"""The one address of people and programs: pages under /, the API where it always was."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

_OF_THE_API = ("/api/", "/files/", "/docs", "/openapi.json", "/static-offline-docs/")
_OF_PAGES = ("/_nicegui/", "/_nicegui_ws/", "/ui/", "/favicon.ico", "/sign-in", "/sign-out")


class Front:
    """ASGI: sends each request where it belongs, by its path as it was sent.

    What is nowhere is a page that is missing to a browser, and a problem (RFC 9457) to a program.
    """

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api, self._pages = api, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a socket."""
        inner = self._pages if _is_for_people(scope) else self._api
        await inner(scope, receive, send)


def _is_for_people(scope: Scope) -> bool:
    path = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
    if path.startswith(_OF_PAGES):
        return True
    accepted = Headers(scope=scope).get("accept", "")
    return not path.startswith(_OF_THE_API) and "text/html" in accepted
