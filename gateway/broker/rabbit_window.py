"""Many messages on their way to RabbitMQ at once: written together, confirmed together.

The library's own way has a write, a task and a future for each message. What is used of it here,
besides its public methods, is what its `basic_publish` uses too.
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import cast

from aiormq import spec
from aiormq.abc import ChannelFrame
from aiormq.channel import Channel
from pamqp import frame as frames
from pamqp.body import ContentBody
from pamqp.header import ContentHeader

from domain.ports import StreamMessage

_TOGETHER = 100  # messages of one write: the loop must not stand still for all of them
_PERSISTENT = 2


class _Window:
    """Stands for the confirms of all messages; like a future, as far as the library asks."""

    def __init__(self, outcome: "asyncio.Future[None]", messages: int) -> None:
        self._outcome, self._left = outcome, messages

    def done(self) -> bool:
        return False

    def set_result(self, _: object) -> None:
        self._left -= 1
        if not self._left and not self._outcome.done():
            self._outcome.set_result(None)

    def set_exception(self, error: BaseException) -> None:
        if not self._outcome.done():
            self._outcome.set_exception(error)


async def publish(channel: Channel, queue: str, messages: Sequence[StreamMessage]) -> None:
    """Return once all are confirmed; mandatory. Raises what `basic_publish` raises."""
    if not messages:
        return
    outcome: asyncio.Future[None] = channel.create_future()
    # A cast, because the library says that it must be a future.
    window = cast("asyncio.Future[None]", _Window(outcome, len(messages)))
    publishing = frames.marshal(
        spec.Basic.Publish(exchange="", routing_key=queue, mandatory=True), channel.number
    )
    try:
        for begin in range(0, len(messages), _TOGETHER):
            await _write(channel, publishing, messages[begin : begin + _TOGETHER], window)
            await asyncio.sleep(0)
        await outcome
    finally:
        for each in messages:
            channel.message_id_delivery_tag.pop(each.id, None)


async def _write(
    channel: Channel,
    publishing: bytes,
    messages: Sequence[StreamMessage],
    window: "asyncio.Future[None]",
) -> None:
    payload = b"".join(part for each in messages for part in _parts(channel, publishing, each))
    async with channel.lock:
        await channel.write_queue.put(ChannelFrame(payload=payload, should_close=False))
        for each in messages:  # nothing is written before this task waits again
            channel.delivery_tag += 1
            channel.confirmations[channel.delivery_tag] = window
            channel.message_id_delivery_tag[each.id] = channel.delivery_tag


def _parts(channel: Channel, publishing: bytes, message: StreamMessage) -> Iterator[bytes]:
    properties = spec.Basic.Properties(
        content_type=message.content_type,
        headers=dict(message.headers),
        delivery_mode=_PERSISTENT,
        message_id=message.id,
    )
    header = ContentHeader(properties=properties, body_size=len(message.body))
    yield publishing
    yield frames.marshal(header, channel.number)
    for begin in range(0, len(message.body), channel.max_content_size):
        piece = ContentBody(message.body[begin : begin + channel.max_content_size])
        yield frames.marshal(piece, channel.number)
