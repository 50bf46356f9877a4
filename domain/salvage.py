"""What lies on the broker's quarantine queue becomes cases: nothing waits where nobody reads.

Each message becomes a wish to the writer of its station, under an id that is its digest: however
often the broker gives it, it is one case.
"""

import asyncio
import logging
from hashlib import sha256

import msgspec

from domain import topics, wire
from domain.csms import KINDS, key_of
from domain.journal import context_of
from domain.model.case_operations import NOBODY, KeepPoison, Record
from domain.ports import Broker, Clock, Consumer, Delivery

_DIGITS = 32  # of a digest
_LONGEST = 100_000  # bytes of what is no record
_BY = "the broker"

_log = logging.getLogger("ampledger.domain")


class Salvage:
    """Reads the quarantine queue, one message after another; one process at a time does."""

    def __init__(self, broker: Broker, clock: Clock, *, partitions: int) -> None:
        self._broker, self._clock, self._partitions = broker, clock, partitions
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue()

    async def run(self) -> None:
        """For ever."""
        consumer = await self._broker.consume(topics.QUARANTINE, self._waiting.put_nowait)
        try:
            await self._work(consumer)
        finally:
            await consumer.cancel()

    async def _work(self, consumer: Consumer) -> None:
        while True:
            delivery = await self._waiting.get()
            for item in delivery.items:
                await self._pass_on(item)
            consumer.ack([delivery])

    async def _pass_on(self, item: bytes) -> None:
        """Confirmed by the broker when this returns."""
        operation = _salvaged(item)
        if operation is None:
            _log.error("poison is given up", extra={"size": len(item)})
            return
        wish = self._wish(operation)
        queue = topics.inbound(wire.partition_of(wish.key, self._partitions))
        _log.warning("poison is put aside", extra={"key": wish.id, "station": wish.key})
        await self._broker.declare_durable(queue)
        await self._broker.publish(queue, [wire.encode(wish)])

    def _wish(self, operation: KeepPoison) -> wire.Wish:
        return wire.Wish(
            id=f"poison:{operation.digest}",
            key=operation.station,
            name=KeepPoison.__name__,
            body=msgspec.json.encode(operation),
            by=_BY,
            at=self._clock(),
        )


def _salvaged(item: bytes) -> KeepPoison | None:
    """What is wished of it; None for what was put aside in vain twice."""
    digest = sha256(item).hexdigest()[:_DIGITS]
    try:
        record = wire.decode_inbound(item)
        if not _is_ours(record):
            return KeepPoison(station=wire.key_of(record), digest=digest, record=_kept(record))
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return KeepPoison(station=NOBODY, digest=digest, rubbish=_escaped(item[:_LONGEST]))
    if wire.key_of(record) == NOBODY:
        return None
    # The content could not be put on record: what remains is that there was something.
    return KeepPoison(station=NOBODY, digest=digest, rubbish=f"{len(item)} bytes of poison")


def _is_ours(record: wire.Inbound) -> bool:
    return isinstance(record, wire.Wish) and record.name == KeepPoison.__name__


def _kept(record: wire.Inbound) -> Record:
    """As a journal row would have it. Raises UnicodeDecodeError."""
    payload = getattr(record, "frame", getattr(record, "body", b""))
    return Record(
        kind=KINDS[type(record)],
        key=key_of(record),
        payload=payload.decode(),
        context=context_of(record, {}),
        node=getattr(record, "node", ""),
        received_at=record.at,
    )


def _escaped(item: bytes) -> str:
    return item.decode(errors="backslashreplace").replace("\0", "\\x00")
