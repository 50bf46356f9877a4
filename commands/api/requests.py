"""What surrounds every request: an id, a bound, a log line, a path that keeps its percent signs."""

import logging
import re
import time
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commands.api.problems import Problem, answer

LONGEST_BODY = 1 << 20  # bytes
_HEADER = "X-Request-Id"
_LONGEST_ID = 64
_FILES = "/files/"
_RIGHT = re.compile(r"(/files(?:/|%2f)+).*", re.IGNORECASE | re.DOTALL)  # also below a prefix
_READS = frozenset({"GET", "HEAD", "OPTIONS"})

_log = logging.getLogger("ampledger.api")


class Requests:
    """ASGI middleware.

    Routes see the path as it was sent, still percent-encoded, so that a station "a/b" is one
    segment; path parameters are decoded afterwards (`commands.api.shapes`).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope["path"] = scope.get("raw_path", scope["path"].encode()).decode("ascii", "replace")
        request_id = scope.setdefault("state", {})["request_id"] = _id_of(scope)
        if problem := _oversized(scope):
            await answer(Request(scope), problem)(scope, receive, send)
            return
        began, status = time.monotonic(), 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message).setdefault(_HEADER, request_id)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            _tell(scope, status, time.monotonic() - began)


def _oversized(scope: Scope) -> Problem | None:
    """Why a body is not even read: nobody knows yet who sends it.

    Routes of files look at who sends it, and bound it while it comes (`commands.api.receiving`).
    """
    if _takes_files(scope):
        return None
    headers = Headers(scope=scope)
    if "transfer-encoding" in headers:
        return Problem(411, "the length of the body must be told: no chunks")
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or int(length) > LONGEST_BODY:
        return Problem(413, f"a body has at most {LONGEST_BODY} bytes")
    return None


def _takes_files(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(_FILES) or (scope["method"], path) == ("POST", "/api/v1/firmware")


def _shown(path: str) -> str:
    """A path without the right that a location of ours is."""
    return _RIGHT.sub(r"\1***", path)


def _id_of(scope: Scope) -> str:
    """The caller's own id when it is printable ASCII of at most 64 characters, else a new one."""
    given = Headers(scope=scope).get(_HEADER, "")
    usable = given.isascii() and given.isprintable() and 0 < len(given) <= _LONGEST_ID
    return given if usable else str(uuid4())


def _tell(scope: Scope, status: int, seconds: float) -> None:
    """Reads are told at debug level: dashboards ask every second."""
    level = logging.DEBUG if scope["method"] in _READS else logging.INFO
    extra = {
        "method": scope["method"],
        "path": _shown(scope["path"]),
        "status": status,
        "seconds": round(seconds, 4),
        "by": scope["state"].get("user", ""),
        "request": scope["state"]["request_id"],
    }
    _log.log(level, "request", extra=extra)
