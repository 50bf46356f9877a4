"""An outbox that keeps what is posted, until a test delivers it, loses it or gives it back."""

from collections.abc import Callable
from typing import NamedTuple

from domain import topics, wire
from domain.ports import Overloaded


class Item(NamedTuple):
    queue: str
    item: bytes
    unroutable: Callable[[bytes], None] | None

    def give_back(self) -> None:
        assert self.unroutable, "it was not mandatory"
        self.unroutable(self.item)


class Posted:
    def __init__(self) -> None:
        self.items: list[Item] = []
        self.full = False

    async def put(
        self, queue: str, item: bytes, *, unroutable: Callable[[bytes], None] | None = None
    ) -> None:
        self.post(queue, item, unroutable=unroutable)

    def post(
        self, queue: str, item: bytes, *, unroutable: Callable[[bytes], None] | None = None
    ) -> None:
        if self.full:
            raise Overloaded("full")
        self.items.append(Item(queue, item, unroutable))

    def take(self) -> list[Item]:
        taken, self.items = self.items, []
        return taken

    def calls(self) -> list[wire.Call]:
        """The calls that were posted, each to the queue of a gateway."""
        taken = self.take()
        assert all(each.queue.startswith(topics.gateway("")) for each in taken)
        found = [wire.decode_to_gateway(each.item) for each in taken]
        return [each for each in found if isinstance(each, wire.Call)]

    def inbound(self) -> list[wire.Inbound]:
        """The records that were posted, each to the partition of its key."""
        taken = self.take()
        found = [wire.decode_inbound(each.item) for each in taken]
        queues = [topics.inbound(wire.partition_of(wire.key_of(each), 8)) for each in found]
        assert [each.queue for each in taken] == queues
        return found
