"""Whatever happens to a queue, it behaves like a list: the active consumer holds its beginning."""

import asyncio
from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from domain import topics
from domain.ports import Consumer, Delivery
from gateway.broker.memory import MemoryBroker

QUEUE = topics.inbound(0)
LIMIT = 2


class Member:
    """A consumer in line, and what it received."""

    def __init__(self, prefetch: int) -> None:
        self.prefetch = prefetch
        self.received: list[Delivery] = []
        self.consumer: Consumer

    def __call__(self, delivery: Delivery) -> None:
        self.received.append(delivery)


class QueueMachine(RuleBasedStateMachine):
    """The model: messages not acknowledged in order, how often each returned, who is in line."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.broker = MemoryBroker(delivery_limit=LIMIT)
        self.line: list[Member] = []
        self.pending: list[bytes] = []
        self.returns: dict[bytes, int] = {}
        self.quarantined: list[bytes] = []
        self.run(lambda: self.broker.declare_durable(QUEUE))

    def run(self, operation: Callable[[], object]) -> None:
        async def settle() -> None:
            result = operation()
            if asyncio.iscoroutine(result):
                await result
            await asyncio.sleep(0)  # one turn of the loop: what is due is delivered

        self.loop.run(settle())

    def teardown(self) -> None:
        self.loop.close()

    @property
    def held(self) -> list[bytes]:
        return self.pending[: self.line[0].prefetch] if self.line else []

    @rule()
    def publish(self) -> None:
        item = b"%d" % len(self.returns)
        self.pending.append(item)
        self.returns[item] = 0
        self.run(lambda: self.broker.publish(QUEUE, [item]))

    @rule(prefetch=st.integers(1, 4))
    def join(self, prefetch: int) -> None:
        member = Member(prefetch)

        async def consume() -> None:
            member.consumer = await self.broker.consume(QUEUE, member, prefetch=prefetch)

        self.run(consume)
        self.line.append(member)

    @precondition(lambda self: self.held)
    @rule(choice=st.data())
    def acknowledge(self, choice: st.DataObject) -> None:
        done = choice.draw(st.sets(st.sampled_from(self.held)))
        active = self.line[0]
        self.pending = [item for item in self.pending if item not in done]
        deliveries = [each for each in active.received if each.items[0] in done]
        self.run(lambda: active.consumer.ack(deliveries))

    @precondition(lambda self: len(self.line) > 1 and self.held)
    @rule()
    def a_standby_acknowledges_what_it_never_got(self) -> None:
        self.run(lambda: self.line[1].consumer.ack(self.line[0].received))

    @precondition(lambda self: self.line)
    @rule(choice=st.data())
    def leave(self, choice: st.DataObject) -> None:
        member = choice.draw(st.sampled_from(self.line))
        if member is self.line[0]:
            self.give_back(self.held)
        self.line.remove(member)
        self.run(member.consumer.cancel)

    def give_back(self, items: list[bytes]) -> None:
        for item in items:
            self.returns[item] += 1
            if self.returns[item] > LIMIT:
                self.pending.remove(item)
                self.quarantined.append(item)

    @invariant()
    def the_active_consumer_holds_the_beginning_in_order(self) -> None:
        if self.line:
            received = [each.items[0] for each in self.line[0].received]
            assert [item for item in received if item in self.pending] == self.held

    @invariant()
    def what_came_back_says_so(self) -> None:
        for each in self.line[0].received if self.line else []:
            assert each.redelivered == (self.returns[each.items[0]] > 0)

    @invariant()
    def the_others_stand_by(self) -> None:
        assert not any(member.received for member in self.line[1:])

    @invariant()
    def the_rest_waits(self) -> None:
        depths: list[int] = []

        async def measure() -> None:
            depths.append(await self.broker.depth(QUEUE))
            depths.append(await self.broker.depth(topics.QUARANTINE))

        self.run(measure)
        assert depths == [len(self.pending) - len(self.held), len(self.quarantined)]


TestQueueMachine = QueueMachine.TestCase
