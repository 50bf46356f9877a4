"""For those who run the system: /healthz, /readyz and /metrics, on a port of their own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from commands.api.server import HttpServer, Listening
from commands.metrics import Metrics

Check = Callable[[], Awaitable[str]]  # "" when all is well, else what is wrong

_CHECK_WITHIN = 2.0  # s


@asynccontextmanager
async def ops_server(
    host: str, port: int, checks: Mapping[str, Check], metrics: Metrics
) -> AsyncIterator[HttpServer]:
    """Says whether the process lives, whether it can work, and what it counts.

    `checks`: what the role depends on, by name; it may change meanwhile.
    """
    listening = Listening(host=host, port=port)
    server = HttpServer(_application(checks, metrics), listening, grace=1)
    server.listen()
    serving = asyncio.ensure_future(server.run())
    try:
        yield server
    finally:
        server.stop()
        await serving


def _application(checks: Mapping[str, Check], metrics: Metrics) -> Starlette:
    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        found = {name: await _outcome(check) for name, check in dict(checks).items()}
        ready = not any(found.values())
        told = {"ready": ready, "checks": {n: wrong or "ok" for n, wrong in found.items()}}
        return JSONResponse(told, status_code=200 if ready else 503)

    async def exposition(_: Request) -> Response:
        body = await asyncio.to_thread(metrics.exposition)
        return Response(body, media_type=metrics.media_type)

    return Starlette(
        routes=[
            Route("/healthz", healthz),
            Route("/readyz", readyz),
            Route("/metrics", exposition),
        ]
    )


async def _outcome(check: Check) -> str:
    try:
        async with asyncio.timeout(_CHECK_WITHIN):
            return await check()
    except TimeoutError:
        return "does not answer"
