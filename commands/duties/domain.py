"""What a domain process does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from commands.containers.domain import DomainParts
from commands.duties.duty import Duty, checked, looping
from commands.measures import domain as measures


def begin(opened: Mapping[str, Any], group: asyncio.TaskGroup) -> AbstractAsyncContextManager[Duty]:
    """Made of what is opened."""
    return domain(checked(DomainParts(**opened)), group)


@asynccontextmanager
async def domain(parts: DomainParts, group: asyncio.TaskGroup) -> AsyncIterator[Duty]:
    """Decide; at the end the batch in hand is committed and answered."""
    stop = asyncio.Event()
    working = group.create_task(parts.worker().run(stop))
    try:
        async with looping(group, parts.salvage().run()):
            yield Duty(
                sources=[measures.of_inbox(parts.counts())], served=parts.worker().take_served
            )
    finally:
        stop.set()
        await asyncio.wait([working])
