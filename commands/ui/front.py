"""The one address of people and programs: pages under /, the API where it always was."""

from starlette.types import ASGIApp, Receive, Scope, Send

_OF_THE_API = ("/api/", "/files/", "/docs", "/openapi.json", "/static-offline-docs/")


class Front:
    """ASGI: sends each request where it belongs, by its path as it was sent."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api, self._pages = api, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a socket."""
        path = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
        inner = self._api if path.startswith(_OF_THE_API) else self._pages
        await inner(scope, receive, send)
