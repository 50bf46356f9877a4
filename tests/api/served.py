"""An application that the HTTP server serves, and raw connections to it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from commands.api.server import HttpServer, Listening

SOON = 5.0  # s


@asynccontextmanager
async def serving(app, **listening) -> AsyncIterator[int]:
    """The port, until the server has stopped."""
    server = HttpServer(app, Listening(host="127.0.0.1", **listening), grace=1)
    server.listen()
    running = asyncio.ensure_future(server.run())
    try:
        yield server.port
    finally:
        server.stop()
        await running


@asynccontextmanager
async def connected(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()


async def ended(reader):
    """What comes until the end."""
    try:
        async with asyncio.timeout(SOON):
            return await reader.read()
    except ConnectionResetError:
        return b""


async def until_answered(port):
    """It says hello, as soon as it lets anybody in."""
    async with asyncio.timeout(SOON), httpx.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(f"http://127.0.0.1:{port}/")
            except httpx.TransportError:
                await asyncio.sleep(0.02)
            else:
                assert answer.text == "hello"
                return
