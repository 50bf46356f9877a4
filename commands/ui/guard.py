"""Nobody sees a page, or keeps its socket, without a session that the API takes."""

from dataclasses import dataclass
from urllib.parse import quote

from nicegui import __version__
from starlette.datastructures import URL, Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commands.api.credentials import COOKIE
from commands.ui.belonging import leads_elsewhere
from commands.ui.client import Api, Refused

_FILES = f"/_nicegui/{__version__}/"
_OPEN = ("/sign-in", "/sign-out", "/welcome/", "/ui/", "/favicon.ico", _FILES)
_UNBELIEVED = b"x-forwarded-prefix"  # NiceGUI would put it into the page, whoever sent it
_SOCKET = "/_nicegui_ws/"
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:;"
    " connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none';"
    " form-action 'self'; frame-ancestors 'none'"
)  # NiceGUI's templates are compiled in the browser: that takes eval (ADR 0036)
_SIGNED_OUT = 401
_NOT_OURS = "this page is not ours\n"


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever a request for a page comes from, and the API as they may use it."""

    api: Api
    name: str
    role: str
    session: str  # its id, or that of the token


class Guard:
    """ASGI middleware around the pages."""

    def __init__(self, pages: ASGIApp, entrance: ASGIApp, api: ASGIApp) -> None:
        """`entrance` answers what is open to everybody, as far as it is no file."""
        self._pages, self._entrance, self._api = pages, entrance, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request or a socket, or say why not."""
        path: str = scope["path"]
        scope["headers"] = [each for each in scope["headers"] if each[0] != _UNBELIEVED]
        if path.startswith(_OPEN):
            inner = self._pages if path.startswith(_FILES) else self._entrance
            await inner(scope, receive, _for_browsers(send))
            return
        guest = await self._guest(scope)
        if isinstance(guest, Guest):
            scope.setdefault("state", {})["guest"] = guest
            if leads_elsewhere(scope):
                await PlainTextResponse(_NOT_OURS, 403)(scope, receive, send)
                return
            await self._pages(scope, receive, _for_browsers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await guest(scope, receive, send)

    async def _guest(self, scope: Scope) -> Guest | Response:
        """Who asks, or what they are told instead."""
        if scope["path"].startswith(_SOCKET) and not is_own(scope):
            return PlainTextResponse(_NOT_OURS, 403)
        token = cookie(scope, COOKIE)
        if not token:
            return _to_the_door(scope)
        api = Api(self._api, token=token, address=scope["client"][0], base=_base(scope))
        try:
            me = await api.get("/api/v1/me")
        except Refused as refused:
            return _to_the_door(scope) if refused.status == _SIGNED_OUT else _sorry(refused)
        return Guest(api, me["name"], me["role"], me["id"])


def cookie(scope: Scope, name: str) -> str:
    """A cookie that a browser brings, "" for none.

    Others of this host, on another port, may be of any form: they are read as the API reads them.
    """
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(name, "")


def _base(scope: Scope) -> str:
    """How the browser calls us, as a request to the API itself would say it."""
    url = URL(scope=scope)
    scheme = {"ws": "http", "wss": "https"}.get(url.scheme, url.scheme)
    return f"{scheme}://{url.netloc}"


def is_own(scope: Scope) -> bool:
    """Whether a request comes from a page of this very address."""
    headers = Headers(scope=scope)
    _, _, asker = headers.get("origin", "").partition("://")  # RFC 6454: no path follows
    return asker != "" and asker.lower() == headers.get("host", "").lower()


def _to_the_door(scope: Scope) -> Response:
    query = scope["query_string"].decode(errors="replace")
    asked = scope["path"] + (f"?{query}" if query else "")
    if scope["path"].startswith(_SOCKET):
        return PlainTextResponse("signed out\n", _SIGNED_OUT)
    return RedirectResponse(f"/sign-in?to={quote(asked, safe='/')}", 303)


def _sorry(refused: Refused) -> Response:
    text = f"{refused.detail}\n\nHTTP {refused.status}, request {refused.request}\n"
    return PlainTextResponse(text, refused.status, {"Refresh": "5"})


def _for_browsers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Content-Security-Policy", _POLICY)
            headers.setdefault("Referrer-Policy", "same-origin")  # or forms come without an origin
        await send(message)

    return sending
