"""What an api process does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from commands.api.app import warm_up
from commands.api.server import HttpServer
from commands.choices import api as choices
from commands.containers.api import ApiParts
from commands.duties.duty import Duty, checked, looping
from commands.feed import Feed
from domain import topics

_log = logging.getLogger("ampledger.run")


def begin(opened: Mapping[str, Any], group: asyncio.TaskGroup) -> AbstractAsyncContextManager[Duty]:
    """Made of what is opened."""
    return api(checked(ApiParts(**opened)), group)


@asynccontextmanager
async def api(parts: ApiParts, group: asyncio.TaskGroup) -> AsyncIterator[Duty]:
    """Answer HTTP; at the end requests under way are finished."""
    settings, broker, desk = parts.settings(), parts.broker(), parts.desk()
    for partition in range(settings.partitions):
        await broker.declare_durable(topics.inbound(partition))
    listening = choices.api_listening(settings, parts.clock()())
    if listening.is_exposed:
        _log.warning("the API's tokens travel in the clear: there is no AMPLEDGER_API_CERTIFICATE")
    replies = await broker.consume_own(desk.queue, desk.receive)
    await asyncio.to_thread(asyncio.run, warm_up(parts.app()))
    front = parts.interface().app if settings.ui else parts.app()
    server = HttpServer(front, listening, grace=settings.shutdown_grace)
    try:
        server.listen()  # first, and in no group: that an address is taken is told in one line
        async with (
            _pages(parts),
            looping(
                group,
                *(parts.readable().run(), parts.done().run()),
                *(parts.tidying().run(), parts.feed().run()),
            ),
            _serving(group, server),
            _following(parts.feed()),
        ):
            yield Duty(
                checks={"read models": parts.readiness().of_rows}, ports={"api": server.port}
            )
    finally:
        await replies.cancel()


def _pages(parts: ApiParts) -> AbstractAsyncContextManager[None]:
    return parts.interface().running() if parts.settings().ui else nullcontext()


@asynccontextmanager
async def _following(feed: Feed) -> AsyncIterator[None]:
    """Streams never end by themselves: they must before the server can."""
    try:
        yield
    finally:
        feed.end()


@asynccontextmanager
async def _serving(group: asyncio.TaskGroup, server: HttpServer) -> AsyncIterator[None]:
    serving = group.create_task(server.run())
    try:
        yield
    finally:
        server.stop()
        await asyncio.wait([serving])
