"""How much is taken before anybody knows who sends it: so many requests, so many bytes, so long."""

import asyncio
from contextlib import ExitStack
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from commands.api.problems import Problem, answer
from gateway.addresses import Network

_BODY_WITHIN = 60.0  # s, from the first byte of the head to the last of the body
_FILES = "/files/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What the settings say of it."""

    body_bytes: int = 2 << 20
    requests: int = 500  # under way at once
    rate: float = 500.0  # requests of one token a second; 0: any number
    failures: int = 10  # sign-ins of one address that fail before it must wait
    trusted: tuple[Network, ...] = ()  # proxies


class Bounded:
    """ASGI middleware. Routes of files look at who sends them, and bound them as they come."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app, self._bounds = app, bounds
        self._under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, or say why not."""
        if scope["type"] != "http" or _takes_files(scope):
            await self._app(scope, receive, send)
        elif problem := self._problem(scope):
            await answer(Request(scope), problem)(scope, receive, send)
        else:
            await self._handle(scope, receive, send)

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Until its answer begins: who does not read that holds up a connection, and no more."""
        with ExitStack() as place:
            self._under_way += 1
            place.callback(self._leave)

            async def sending(message: Message) -> None:
                place.close()
                await send(message)

            await self._app(scope, _in_time(receive), sending)

    def _leave(self) -> None:
        self._under_way -= 1

    def _problem(self, scope: Scope) -> Problem | None:
        """Why a request is not even read."""
        if self._under_way >= self._bounds.requests:
            return Problem(503, "too many requests are under way; ask again", kind="busy")
        headers = Headers(scope=scope)
        if "transfer-encoding" in headers:
            return Problem(411, "the length of the body must be told: no chunks")
        length = headers.get("content-length", "0")
        most = self._bounds.body_bytes
        if not (length.isascii() and length.isdecimal() and len(length) < 19):
            return Problem(413, f"a body has at most {most} bytes")
        return Problem(413, f"a body has at most {most} bytes") if int(length) > most else None


def _in_time(receive: Receive) -> Receive:
    """The same; the body must be there in time. After it nothing is expected but the end."""
    deadline = asyncio.get_running_loop().time() + _BODY_WITHIN
    whole = False

    async def receiving() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            detail = f"the body was not there within {_BODY_WITHIN:.0f} s"
            raise HTTPException(408, detail) from None
        whole = not message.get("more_body", False)
        return message

    return receiving


def _takes_files(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(_FILES) or (scope["method"], path) == ("POST", "/api/v1/firmware")
