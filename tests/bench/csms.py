"""The least a CSMS can do: `websockets` and one answer to everything. No gateway is faster."""

import asyncio
from multiprocessing.connection import Connection

import uvloop
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

_ANSWER = (
    b'{"status":"Accepted","currentTime":"2026-01-01T00:00:00.000Z","interval":300,'
    b'"transactionId":1,"idTagInfo":{"status":"Accepted"}}'
)
_ID = slice(3, 13)  # of [2,"00000001",… with its quotes


def answer_everything(parent: "Connection[object, object]") -> None:
    """Serve on a free port, told to `parent`, until it says something."""
    uvloop.run(_serve(parent))


async def _serve(parent: "Connection[object, object]") -> None:
    async with serve(_answer, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None) as server:  # type: ignore[list-item]  # a Subprotocol is a str
        parent.send(next(iter(server.sockets)).getsockname()[1])
        await asyncio.to_thread(parent.recv)


async def _answer(socket: ServerConnection) -> None:
    try:
        async for text in socket:
            call = text if isinstance(text, bytes) else text.encode()
            await socket.send(b"[3,%b,%b]" % (call[_ID], _ANSWER), text=True)
    except ConnectionClosed:
        return
