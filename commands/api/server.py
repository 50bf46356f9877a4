"""An HTTP server, and the one door to uvicorn."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import uvicorn
from starlette.types import ASGIApp

_THREADS = 12  # that read the database at once; fewer than it has connections


class _Server(uvicorn.Server):
    """Leaves the signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing: `commands.run` has them."""
        yield


class HttpServer:
    """Listens, answers, finishes."""

    def __init__(self, app: ASGIApp, host: str, port: int, *, grace: float) -> None:
        """Port 0: any; `grace` in seconds."""
        self._host, self._port = host, port
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=max(1, int(grace)),
        )
        self._server = _Server(config)
        self._sockets: list[socket.socket] = []

    @property
    def port(self) -> int:
        """The port listened on; with port 0 only after `listen`."""
        return self._port

    def listen(self) -> None:
        """Take the address; raises OSError when it is taken."""
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        listening = socket.create_server((self._host, self._port), family=family, backlog=1024)
        self._port = listening.getsockname()[1]
        self._sockets.append(listening)

    async def run(self) -> None:
        """Answer until told to stop; then finish the requests under way."""
        anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
        await self._server.serve(self._sockets)

    def stop(self) -> None:
        """Accept no more."""
        self._server.should_exit = True
