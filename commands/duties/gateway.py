"""What a gateway does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from commands.containers.gateway import GatewayParts
from commands.duties.duty import Duty, checked, looping
from commands.measures import gateway as measures
from commands.settings import SettingsError
from gateway.doors import Doors
from gateway.tls import Unusable
from gateway.uplink import declare_queues
from projections import stations


def begin(opened: Mapping[str, Any], group: asyncio.TaskGroup) -> AbstractAsyncContextManager[Duty]:
    """Made of what is opened."""
    return gateway(checked(GatewayParts(**opened)), group)


@asynccontextmanager
async def gateway(parts: GatewayParts, group: asyncio.TaskGroup) -> AsyncIterator[Duty]:
    """Hold sockets; at the end say 1001 to each, and give the broker what was said."""
    settings, broker = parts.settings(), parts.broker()
    await declare_queues(broker, settings.partitions)
    await parts.readiness().wait_for([stations.MODEL])
    listening = await parts.bridge().listen(broker)
    try:
        async with (
            _opened(parts.doors()) as doors,
            parts.server(),
            looping(group, parts.leases().run(), doors.watch()),
        ):
            sources = [measures.of_gateway(parts.counts(), doors.seconds_left)]
            yield Duty(sources=sources, ports=_named(doors.ports))
    finally:
        await listening.cancel()
        parts.verifier().close()


@asynccontextmanager
async def _opened(doors: Doors) -> AsyncIterator[Doors]:
    """Raises SettingsError when a file cannot be used."""
    try:
        await doors.__aenter__()
    except Unusable as error:
        raise SettingsError(f"AMPLEDGER_LISTENERS: {error}") from None
    try:
        yield doors
    finally:
        doors.close()


def _named(ports: tuple[int, ...]) -> dict[str, int]:
    """The first is the gateway's; others have a number."""
    return {"gateway" if n == 1 else f"gateway_{n}": port for n, port in enumerate(ports, start=1)}
