"""What a gateway is made of."""

from dependency_injector.providers import Callable as Calling
from dependency_injector.providers import Singleton

from commands.choices import gateway as choices
from commands.containers.opened import Opened
from gateway.bridge import Bridge
from gateway.calls import Rules
from gateway.counts import GatewayCounts
from gateway.doors import Doors
from gateway.entrance import Entrance
from gateway.gate import Gate
from gateway.keys import Keys
from gateway.leases import Leases, Seen
from gateway.origins import Origins
from gateway.passwords import Argon2Verifier
from gateway.server import GatewayServer
from gateway.session import Surroundings
from gateway.uplink import Uplink
from projections.directory import StationDirectory


class GatewayParts(Opened):
    """Sockets ⇄ queues."""

    counts = Singleton(GatewayCounts)
    seen = Singleton(Seen)
    uplink = Singleton(Uplink, Opened.outbox, Opened.settings.provided.partitions)
    rules = Singleton(Rules, answer_unreadable=Opened.settings.provided.answer_unreadable)
    surroundings = Singleton(
        Surroundings,
        node=Opened.node,
        uplink=uplink,
        clock=Opened.clock,
        timers=Opened.loop,
        rules=rules,
        counts=counts,
        seen=seen,
    )
    bridge = Singleton(Bridge, surroundings)
    verifier = Singleton(Argon2Verifier, Opened.loop.provided.time)
    directory = Singleton(StationDirectory, Opened.engine)
    gate = Singleton(
        Gate,
        directory,
        Singleton(Keys, verifier, Opened.loop.provided.time),
        bridge,
        Calling(choices.admission_policy, Opened.settings),
        Opened.clock,
    )
    doors = Singleton(
        Doors,
        Calling(choices.listeners, Opened.settings),
        Opened.clock,
        look_every=Opened.settings.provided.reload_interval,
    )
    server = Singleton(
        GatewayServer,
        Calling(choices.sockets, Opened.settings),
        Singleton(Entrance, doors, Calling(choices.limits, Opened.settings), counts),
        Singleton(Origins, Calling(choices.proxies, Opened.settings), Opened.clock),
        gate,
        bridge,
    )
    leases = Singleton(
        Leases,
        Opened.node,
        Opened.broker,
        seen,
        Opened.clock,
        Calling(choices.terms, Opened.settings),
    )
