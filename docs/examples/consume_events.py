"""Follow the event stream of Ampledger on RabbitMQ. Needs aio-pika, and nothing of Ampledger.

    python consume_events.py amqp://guest:guest@localhost/ --from first
    python consume_events.py amqp://guest:guest@localhost/ --from 2026-01-31T12:00:00+00:00
    python consume_events.py amqp://guest:guest@localhost/ --from 4711        # an offset
    python consume_events.py amqp://guest:guest@localhost/ --state place.txt  # go on where it was

An event may come twice, after an outage, but never out of order: who remembers the position of the
last one and passes over what is not after it has each of them once.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

Begin = str | int | datetime  # "first", "last", "next", an offset, a time


async def events(url: str, queue: str, begin: Begin) -> AsyncIterator[AbstractIncomingMessage]:
    """Every message from a place on, for ever. `async for` acknowledges each once it is handled."""
    connection = await aio_pika.connect_robust(url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=500)  # a stream asks for it
        stream = await channel.get_queue(queue)
        async with stream.iterator(arguments={"x-stream-offset": begin}) as messages:
            async for message in messages:
                yield message
                await message.ack()


async def once(
    messages: AsyncIterator[AbstractIncomingMessage], after: int = 0
) -> AsyncIterator[AbstractIncomingMessage]:
    """Each event once, by its position in the log."""
    async for message in messages:
        position = int(str(message.headers["position"]))
        if position > after:
            after = position
            yield message


async def main(chosen: argparse.Namespace) -> None:
    """Print events, one a line, and remember the place."""
    begin, after = chosen.begin, 0
    if chosen.state and chosen.state.exists():
        offset, position = chosen.state.read_text().split()
        begin, after = int(offset), int(position)
    left = chosen.count
    async for message in once(events(chosen.url, chosen.queue, begin), after):
        sys.stdout.write(message.body.decode() + "\n")
        sys.stdout.flush()
        if chosen.state:
            headers = message.headers
            chosen.state.write_text(f"{headers['x-stream-offset']} {headers['position']}\n")
        left -= 1
        if not left:
            return


def place(text: str) -> Begin:
    """Where to begin, from the command line."""
    if text in {"first", "last", "next"}:
        return text
    return int(text) if text.isdecimal() else datetime.fromisoformat(text)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("url", help="of the broker")
    parser.add_argument("--queue", default="ampledger.events", help="<namespace>.events")
    parser.add_argument("--from", dest="begin", type=place, default="next", help="where to begin")
    parser.add_argument("--state", type=Path, help="file that remembers the place")
    parser.add_argument("--count", type=int, default=0, help="end after so many; 0: never")
    asyncio.run(main(parser.parse_args()))
