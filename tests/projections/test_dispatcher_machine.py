"""The outbound queue under anything: delays, lost messages, restarts, new connections.

What must hold: a call is written at most once per connection, calls of a station in the order they
were wished for and one at a time; and in the end every call has an outcome.
"""

import asyncio
from collections import defaultdict, deque
from contextlib import suppress
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from domain import wire
from domain.model.aggregate import Refused
from projections import calls, stations
from projections.dispatcher import Dispatcher
from projections.outbound import CallQueue
from projections.progress import Trust
from projections.vault import SealedVault, new_key
from tests.projections.posted import Posted
from tests.projections.scene import Scene

_STATIONS = ["CP1", "CP2"]
_a_station = st.sampled_from(_STATIONS)


@dataclass
class Socket:
    """What the gateway knows of one connection; it writes a call once (its contract)."""

    known: set[str] = field(default_factory=set)
    outstanding: str = ""


class Outbound(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.scene = Scene()
        self.loop = asyncio.Runner()
        self.posted = Posted()
        self.vault = SealedVault(self.scene.engine, new_key())
        self.stations = {id: self.scene.registered(id) for id in _STATIONS}
        self.scene.tell(*self.stations.values())
        self.calls = {}
        self.sockets = {}  # (station, connection) → Socket, while it is open
        self.inbound = defaultdict(deque)  # station → decisions to come, in order
        self.connections = 0
        self.published = set()  # by this dispatcher, not taken for lost
        self.start()

    def teardown(self):
        self.settle()
        self.loop.close()
        self.scene.engine.dispose()

    @rule()
    def start(self):
        """The process that dispatches (re)starts."""
        trust = Trust(self.scene.log, [calls.MODEL, stations.MODEL])
        queue = CallQueue(self.scene.engine, trust, self.scene.clock)
        clock = self.scene.clock
        self.dispatcher = Dispatcher(queue, self.posted, self.vault, clock=clock, partitions=8)
        self.published = set()

    @rule(station=_a_station)
    def request(self, station):
        call = self.scene.requested(f"c{len(self.calls)}", station, ttl=1e6)
        self.calls[call.id.removeprefix("call:")] = call
        self.scene.tell(call)

    @rule(station=_a_station)
    def connect(self, station):
        self.disconnect(station)
        self.connections += 1
        number = self.connections
        self.sockets[station, number] = Socket()
        self.inbound[station].append(lambda: self.opened(station, number))

    @rule(station=_a_station)
    def disconnect(self, station):
        for owner, number in [key for key in self.sockets if key[0] == station]:
            socket = self.sockets.pop((owner, number))
            if socket.outstanding:
                self.report(station, "time_out", socket.outstanding, "connection lost")
            self.inbound[station].append(lambda number=number: self.closed(station, number))

    @rule(station=_a_station, times=st.integers(1, 5))
    def decide(self, station, times):
        """The domain handles what waits for it, in order."""
        for _ in range(min(times, len(self.inbound[station]))):
            self.inbound[station].popleft()()

    @rule()
    def project(self):
        self.scene.projector.step()

    @rule()
    def dispatch(self):
        already = len(self.posted.items)
        self.loop.run(self.dispatcher.step())
        for item in self.posted.items[already:]:
            self.check_published(wire.decode_to_gateway(item.item))

    @rule(lost=st.booleans())
    @precondition(lambda self: self.posted.items)
    def deliver(self, lost):
        """The broker hands one message over, or loses it with its queue."""
        item = self.posted.items.pop(0)
        if not lost:
            self.take(wire.decode_to_gateway(item.item))

    @rule()
    @precondition(lambda self: self.posted.items)
    def find_no_queue(self):
        self.posted.items.pop(0).give_back()
        self.published.clear()

    @rule(station=_a_station)
    def answer(self, station):
        for (owner, _), socket in self.sockets.items():
            if owner == station and socket.outstanding:
                self.report(station, "answer", socket.outstanding, "{}", "")
                socket.outstanding = ""

    @rule(station=_a_station)
    def cancel(self, station):
        """The oldest queued call, unless it has left already."""
        for name, call in self.calls.items():
            untouched = name not in self.on_the_way()
            if call.station == station and call.state == "queued" and untouched:
                with suppress(Refused):
                    call.cancel(by="olga", at=self.scene.now)
                self.scene.tell(call)
                return

    @rule(seconds=st.sampled_from([1, 6, 31]))
    def wait(self, seconds):
        self.scene.later(seconds)
        if seconds > 5:
            self.published.clear()

    # --- the parts of the machine ---

    def on_the_way(self):
        posted = {wire.decode_to_gateway(item.item).call for item in self.posted.items}
        return posted | {call for socket in self.sockets.values() for call in socket.known}

    def opened(self, station, number):
        self.scene.connect(self.stations[station], connection=number)
        self.scene.tell(self.stations[station])

    def closed(self, station, number):
        self.stations[station].disconnect(number, code=1006, reason="", at=self.scene.now)
        self.scene.tell(self.stations[station])

    def report(self, station, what, name, *told):
        def decided():
            getattr(self.calls[name], what)(*told, at=self.scene.now)
            self.scene.tell(self.calls[name])

        self.inbound[station].append(decided)

    def check_published(self, call):
        again = (call.call, call.connection)
        assert again not in self.published, "published twice for one connection"
        self.published.add(again)
        earlier = [
            name
            for name, each in self.calls.items()
            if each.station == call.station and int(name[1:]) < int(call.call[1:]) and not each.done
        ]
        assert earlier == [], "out of order"

    def take(self, call):
        """As the gateway does: once a connection, and back when the connection is gone."""
        socket = self.sockets.get((call.station, call.connection))
        if socket is None:
            self.report(call.station, "give_back", call.call, call.connection, "gone")
        elif call.call not in socket.known:
            assert not socket.outstanding, "two calls in flight"
            socket.known.add(call.call)
            socket.outstanding = call.call
            self.report(call.station, "send", call.call, call.connection)

    def settle(self):
        """Once everything works again, every call has an outcome."""
        for station in _STATIONS:
            self.connect(station)
        for _ in range(4 * len(self.calls) + 4):
            for station in _STATIONS:
                self.decide(station, len(self.inbound[station]))
            self.scene.project()
            self.scene.later(31)
            self.published.clear()
            self.dispatch()
            while self.posted.items:
                self.deliver(lost=False)
            for station in _STATIONS:
                self.answer(station)
        assert [name for name, call in self.calls.items() if not call.done] == []


TestOutbound = Outbound.TestCase
TestOutbound.settings = settings(max_examples=60, stateful_step_count=40)
