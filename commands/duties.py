"""What each role does while it runs: its loops and servers, started in order, ended in reverse."""

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from commands import choices, measures
from commands.api.app import warm_up
from commands.api.ops import Check
from commands.api.server import HttpServer
from commands.containers.api import ApiParts
from commands.containers.domain import DomainParts
from commands.containers.gateway import GatewayParts
from commands.containers.projections import ProjectionsParts
from commands.feed import Feed
from commands.metrics import Source
from commands.settings import SettingsError
from domain import topics
from domain.log import Unavailable
from gateway.doors import Doors
from gateway.tls import Unusable
from gateway.uplink import declare_queues
from projections import calls, certificate_requests, client_certificates, stations
from projections.owner import Owner
from projections.progress import Lag

_OF_CALLS = frozenset({calls.MODEL.name, stations.MODEL.name})  # what sends the next call
_TO_SIGN = frozenset({certificate_requests.MODEL.name, client_certificates.MODEL.name})
_LATE = 60.0  # s that a read model may be behind

_log = logging.getLogger("ampledger.run")


@dataclass(slots=True)
class Duty:
    """What a running role shows: its health, its counts, where it listens."""

    checks: dict[str, Check] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)


@asynccontextmanager
async def _looping(
    group: asyncio.TaskGroup, *loops: Coroutine[Any, Any, None]
) -> AsyncIterator[None]:
    """Endless loops, for as long as the context; one that fails ends the process."""
    tasks = [group.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


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
            _looping(group, parts.leases().run(), doors.watch()),
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


@asynccontextmanager
async def domain(parts: DomainParts, group: asyncio.TaskGroup) -> AsyncIterator[Duty]:
    """Decide; at the end the batch in hand is committed and answered."""
    stop = asyncio.Event()
    working = group.create_task(parts.worker().run(stop))
    try:
        async with _looping(group, parts.salvage().run()):
            yield Duty(sources=[measures.of_inbox(parts.counts())])
    finally:
        stop.set()
        await asyncio.wait([working])


@asynccontextmanager
async def projections(parts: ProjectionsParts, group: asyncio.TaskGroup) -> AsyncIterator[Duty]:
    """Keep the read models and act on them; at the end the lease is given back."""
    broker, dispatcher, signing = parts.broker(), parts.dispatcher(), parts.signing()
    loop = asyncio.get_running_loop()
    for partition in range(parts.settings().partitions):
        await broker.declare_durable(topics.inbound(partition))
    await parts.publisher().declare()

    def news(changed: frozenset[str]) -> None:
        if changed & _OF_CALLS:
            loop.call_soon_threadsafe(dispatcher.wake)
        if changed & _TO_SIGN:
            loop.call_soon_threadsafe(signing.wake)

    owner = parts.owner(news=news)
    async with (
        _threaded(group, owner.run),
        _threaded(group, lambda stop: parts.builder().run(stop, lambda: owner.active)),
        _looping(group, *_at_work(parts, lambda: owner.active)),
    ):
        lag = parts.lag()
        yield Duty(
            checks={
                "projections": lambda: _lag_check(lag),
                "builds": parts.readiness().of_builds,
            },
            sources=[*_sources(parts, lag, owner)],
        )


def _at_work(
    parts: ProjectionsParts, active: Callable[[], bool]
) -> Iterator[Coroutine[Any, Any, None]]:
    """The loops of the owner, and those of everybody."""
    yield parts.dispatcher().run(active)
    yield parts.signing().run(active)
    yield parts.timers().run(active=active, connected=lambda: parts.broker().connected)
    yield parts.leases().run()
    yield parts.publisher().run(active)
    yield parts.notary().run(active)
    yield parts.sender().run(active)
    yield parts.housekeeping().run(active)
    yield parts.forgetting().run(active)


def _sources(
    parts: ProjectionsParts, lag: Callable[[], dict[str, Lag]], owner: Owner
) -> Iterator[Source]:
    yield measures.of_projections(lag, parts.stumbles(), lambda: owner.active)
    yield measures.of_builds(lambda: parts.builds()(parts.log().position()))
    yield measures.of_quarantine(parts.cases())
    yield measures.of_certificates(parts.requests(), parts.ending())
    yield measures.of_chain(parts.chain_lag())
    yield measures.of_webhooks(parts.standing())
    publisher = parts.publisher()
    yield measures.of_events(parts.events_lag(), lambda: publisher.published)


async def _lag_check(lag: Callable[[], dict[str, Lag]]) -> str:
    """Somebody must move the read models, here or elsewhere."""
    try:
        behind = await asyncio.to_thread(lag)
    except Unavailable:
        return "cannot be asked: the database is away"
    late = {name: each.seconds for name, each in behind.items() if each.seconds > _LATE}
    return ", ".join(f"{name} is {seconds:.0f} s behind" for name, seconds in late.items())


@asynccontextmanager
async def _threaded(
    group: asyncio.TaskGroup, run: Callable[[threading.Event], None]
) -> AsyncIterator[None]:
    stop = threading.Event()
    working = group.create_task(asyncio.to_thread(run, stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait([working])


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
    server = HttpServer(parts.app(), listening, grace=settings.shutdown_grace)
    try:
        async with (
            _looping(
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


@asynccontextmanager
async def _following(feed: Feed) -> AsyncIterator[None]:
    """Streams never end by themselves: they must before the server can."""
    try:
        yield
    finally:
        feed.end()


@asynccontextmanager
async def _serving(group: asyncio.TaskGroup, server: HttpServer) -> AsyncIterator[None]:
    server.listen()
    serving = group.create_task(server.run())
    try:
        yield
    finally:
        server.stop()
        await asyncio.wait([serving])
