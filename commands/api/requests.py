"""What surrounds every request: an id, who asks from where, a log line, headers of the answer."""

import logging
import re
import time
from types import MappingProxyType
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commands.api import headers
from gateway.addresses import Networks, client_of, is_trusted

_HEADER = "X-Request-Id"
_LONGEST_ID = 64
_RIGHT = re.compile(  # also below a prefix
    r"(/(?:files|welcome)(?:/|%2f)+).*", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"(/tokens(?:/|%2f)+)[^/]+", re.IGNORECASE)
_NOBODY = ("unknown", 0)  # to the audit trail a wish without an address is no person's
_SOCKET = "WEBSOCKET"  # in the place of a method
_READS = frozenset({"GET", "HEAD", "OPTIONS", _SOCKET})
_ANSWERS = frozenset({"http.response.start", "websocket.http.response.start"})
_UNANSWERED = 500
_SCHEMES = MappingProxyType(  # by what is asked for, and what a proxy says
    {
        "http": {"http": "http", "https": "https"},
        "websocket": {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"},
    }
)

_log = logging.getLogger("ampledger.api")


class Requests:
    """ASGI middleware.

    Routes see the path as it was sent, still percent-encoded, so that a station "a/b" is one
    segment; path parameters are decoded afterwards (`commands.api.shapes`).
    """

    def __init__(self, app: ASGIApp, trusted: Networks) -> None:
        """`trusted`: the proxies of which it counts what they say of their clients."""
        self._app, self._trusted = app, trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, also one for a WebSocket: that is told of when it has ended."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope["path"] = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
        request_id = scope.setdefault("state", {})["request_id"] = _id_of(scope)
        _believe(scope, self._trusted)
        began, status = time.monotonic(), _UNANSWERED

        async def sending(message: Message) -> None:
            nonlocal status
            status = _status_after(message, status)
            if message["type"] in _ANSWERS:
                MutableHeaders(scope=message).setdefault(_HEADER, request_id)
                headers.put_on(message, scope)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            _tell(scope, status, time.monotonic() - began)


def _believe(scope: Scope, trusted: Networks) -> None:
    """Who asks, and whether encrypted: as the peer does, or as a proxy of ours says."""
    given, (peer, port) = Headers(scope=scope), scope.get("client") or _NOBODY
    scope["client"] = client_of(peer or _NOBODY[0], given.getlist("x-forwarded-for"), trusted), port
    said = given.get("x-forwarded-proto", "").strip().lower()
    if (scheme := _SCHEMES[scope["type"]].get(said)) and is_trusted(peer, trusted):
        scope["scheme"] = scheme


def _status_after(message: Message, before: int) -> int:
    """What a request is answered with, once a message is sent that says it."""
    if message["type"] in _ANSWERS:
        return int(message["status"])
    if message["type"] == "websocket.accept":
        return 101
    return 403 if message["type"] == "websocket.close" and before == _UNANSWERED else before


def _shown(path: str) -> str:
    """A path without the right that a location or link is, and without the tag of a token."""
    return _TAG.sub(r"\1***", _RIGHT.sub(r"\1***", path))


def _id_of(scope: Scope) -> str:
    """The caller's own id when it is printable ASCII of at most 64 characters, else a new one."""
    given = Headers(scope=scope).get(_HEADER, "")
    usable = given.isascii() and given.isprintable() and 0 < len(given) <= _LONGEST_ID
    return given if usable else str(uuid4())


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Reads are told at debug level: dashboards ask every second."""
    method = scope.get("method", _SOCKET)
    level = logging.DEBUG if method in _READS else logging.INFO
    extra = {
        "method": method,
        "path": _shown(scope["path"]),
        "status": status,
        "seconds": round(seconds, 4),
        "by": getattr(scope["state"].get("holder"), "name", ""),
        "origin": scope["client"][0],
        "request": scope["state"]["request_id"],
    }
    _log.log(level, "request", extra=extra)
