"""What every process has to tell."""

import asyncio
from collections.abc import Iterator
from functools import partial

from commands.metrics import Measure, Source
from domain.ports import Broker
from gateway.broker.outbox import Outbox


def of_broker(broker: Broker, outbox: Outbox) -> Source:
    """The broker, and what waits for it."""
    return partial(_broker, broker, outbox)


def of_loop(loop: asyncio.AbstractEventLoop) -> Source:
    """What the event loop has in hand: a number that only grows is a leak."""
    return partial(_loop, loop)


def _broker(broker: Broker, outbox: Outbox) -> Iterator[Measure]:
    yield Measure("broker_connected", "Whether the broker answers", "gauge", broker.connected)
    pending = outbox.pending_bytes
    yield Measure("outbox_bytes", "Bytes that wait for the broker", "gauge", pending)


def _loop(loop: asyncio.AbstractEventLoop) -> Iterator[Measure]:
    yield Measure("loop_tasks", "Tasks of the event loop", "gauge", len(asyncio.all_tasks(loop)))
