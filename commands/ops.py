"""The small HTTP server for those who run the system: /healthz, /readyz, /metrics.

Made of asyncio alone, so that every role has it and none pays for it. HTTP/1.1 (RFC 9112), GET and
HEAD, one request a connection.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from commands.metrics import Metrics

Check = Callable[[], Awaitable[str]]  # "" when all is well, else what is wrong

_REQUEST_WITHIN = 5.0  # s
_CHECK_WITHIN = 2.0  # s
_LONGEST_REQUEST = 8192  # bytes
_TEXT = "text/plain; charset=utf-8"
_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class _Answer:
    status: HTTPStatus
    body: bytes
    media_type: str = _TEXT


class OpsServer:
    """Says whether the process lives, whether it can work, and what it counts."""

    def __init__(self, host: str, port: int, checks: Mapping[str, Check], metrics: Metrics) -> None:
        """`checks`: what the role depends on, by name."""
        self._host, self._port = host, port
        self._checks, self._metrics = checks, metrics
        self._server: asyncio.Server | None = None
        self.is_draining = False

    @property
    def port(self) -> int:
        """The port listened on, once entered."""
        assert self._server  # noqa: S101 - it was entered
        return int(self._server.sockets[0].getsockname()[1])

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(
            self._serve, self._host, self._port, limit=_LONGEST_REQUEST
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        assert self._server  # noqa: S101 - it was entered
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_REQUEST_WITHIN):
                head = await reader.readuntil(b"\r\n\r\n")
                method, path = _request(head)
                writer.write(_response(await self._answer(method, path), method))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever asked has gone, or never asked
        finally:
            writer.close()

    async def _answer(self, method: str, path: str) -> _Answer:
        if method not in _METHODS:
            return _Answer(HTTPStatus.METHOD_NOT_ALLOWED, b"only GET and HEAD\n")
        if path == "/healthz":
            return _Answer(HTTPStatus.OK, b"ok\n")
        if path == "/readyz":
            return await self._readiness()
        if path == "/metrics":
            body = await asyncio.to_thread(self._metrics.exposition)
            return _Answer(HTTPStatus.OK, body, self._metrics.media_type)
        return _Answer(HTTPStatus.NOT_FOUND, b"there are /healthz, /readyz and /metrics\n")

    async def _readiness(self) -> _Answer:
        found = {name: await _outcome(check) for name, check in dict(self._checks).items()}
        if self.is_draining:
            found["process"] = "is stopping"
        failing = [name for name, wrong in found.items() if wrong]
        status = HTTPStatus.SERVICE_UNAVAILABLE if failing else HTTPStatus.OK
        told = {"ready": not failing, "checks": {n: w or "ok" for n, w in found.items()}}
        return _Answer(status, json.dumps(told).encode() + b"\n", "application/json")


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_WITHIN):
            return await check()
    except TimeoutError:
        return "does not answer"


def _request(head: bytes) -> tuple[str, str]:
    """The method and the path of a request; empty when there are none."""
    method, _, rest = head.partition(b"\r\n")[0].decode("latin-1").partition(" ")
    return method, rest.partition(" ")[0].partition("?")[0]


def _response(answer: _Answer, method: str) -> bytes:
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        f"Content-Type: {answer.media_type}\r\n"
        f"Content-Length: {len(answer.body)}\r\n"
        "Connection: close\r\n\r\n"
    ).encode()
    return head if method == "HEAD" else head + answer.body
