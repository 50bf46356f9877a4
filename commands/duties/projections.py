"""What a projections process does."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from commands.containers.projections import ProjectionsParts
from commands.duties.duty import Duty, checked, looping
from commands.measures import projections as measures
from commands.metrics import Source
from domain import topics
from domain.log import Unavailable
from projections import calls, certificate_requests, client_certificates, stations
from projections.owner import Owner
from projections.progress import Lag

_OF_CALLS = frozenset({calls.MODEL.name, stations.MODEL.name})  # what sends the next call
_TO_SIGN = frozenset({certificate_requests.MODEL.name, client_certificates.MODEL.name})
_LATE = 60.0  # s that a read model may be behind


def begin(opened: Mapping[str, Any], group: asyncio.TaskGroup) -> AbstractAsyncContextManager[Duty]:
    """Made of what is opened."""
    return projections(checked(ProjectionsParts(**opened)), group)


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
        looping(group, *_at_work(parts, lambda: owner.active)),
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
