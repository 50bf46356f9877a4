"""Reads the gateways' leases from the broker and writes them down together, at most each second."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import Engine

from domain import topics, wire
from domain.ports import Broker, Clock, Delivery
from projections import presence
from projections.engines import writing

_KEPT = timedelta(days=1)  # leases that ended, for people to look at

_log = logging.getLogger("ampledger.projections")


class LeaseReader:
    """Takes leases in; acknowledged once they are in the database."""

    def __init__(self, engine: Engine, broker: Broker, *, clock: Clock, pause: float = 1.0) -> None:
        """`pause` is the least time between two transactions, in seconds."""
        self._engine, self._broker, self._clock = engine, broker, clock
        self._pause = pause
        self._waiting: list[Delivery] = []
        self._arrived = asyncio.Event()

    async def run(self) -> None:
        """Read for ever."""
        consumer = await self._broker.consume(topics.LEASES, self._receive)
        try:
            while True:
                await self._arrived.wait()
                consumer.ack(await self._flush())
                await asyncio.sleep(self._pause)
        finally:
            await consumer.cancel()

    def _receive(self, delivery: Delivery) -> None:
        self._waiting.append(delivery)
        self._arrived.set()

    async def _flush(self) -> Sequence[Delivery]:
        """Write down what has arrived; what failed is kept for the next time."""
        deliveries, self._waiting = self._waiting, []
        self._arrived.clear()
        try:
            await asyncio.to_thread(self.record, deliveries)
        except Exception:  # noqa: BLE001 - the next flush tries again
            _log.exception("leases not recorded")
            self._waiting = deliveries + self._waiting
            self._arrived.set()
            return ()
        return deliveries

    def record(self, deliveries: Sequence[Delivery]) -> None:
        """One transaction for all of them."""
        with writing(self._engine) as connection:
            presence.record(connection, list(_leases(deliveries)))
            presence.forget_gateways(connection, before=self._clock() - _KEPT)


def _leases(deliveries: Sequence[Delivery]) -> Iterator[wire.Lease]:
    for delivery in deliveries:
        for item in delivery.items:
            try:
                yield wire.decode_lease(item)
            except msgspec.MsgspecError:
                _log.warning("not a lease", extra={"size": len(item)})
