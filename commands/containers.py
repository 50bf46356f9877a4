"""Which class is made of what: the one place that knows them all, and dependency-injector.

What `run.py` has opened comes in as typed dependencies; all else is made of it here, and nothing
connects while being made.
"""

import asyncio
from functools import partial
from typing import Protocol, runtime_checkable

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Callable as Calling
from dependency_injector.providers import Dependency, Factory, Object, Singleton
from dependency_injector.providers import List as ListOf

from commands import choices
from commands.api.app import application
from commands.api.office import Office
from commands.ca.roots import Roots
from commands.callbox import Callbox
from commands.clock import SystemClock
from commands.desk import Desk
from commands.files.tidying import Tidying
from commands.housekeeping import Housekeeping
from commands.settings import Settings
from commands.signing import SigningDesk
from commands.strongbox import Strongbox
from commands.watch import Watch
from domain.csms import Csms, Numbers
from domain.inbox import Inbox, InboxCounts
from domain.log import Log
from domain.ocpp.version import versions
from domain.ports import Broker
from domain.repository import Repository
from domain.worker import Worker
from gateway.bridge import Bridge
from gateway.broker.outbox import Outbox
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
from projections import calls, certificate_requests, client_certificates, stations
from projections.actions import Noted
from projections.authority_work import AuthorityQueue
from projections.credentials import Unused
from projections.database import Database, passed
from projections.directory import StationDirectory
from projections.dispatcher import Dispatcher
from projections.files import Rights
from projections.leases import LeaseReader
from projections.migration import READ_MODELS
from projections.outbound import CallQueue
from projections.owner import Owner
from projections.ownership import Ownership
from projections.progress import Trust, lag
from projections.projector import Projector
from projections.stumbles import missed
from projections.timers import Timers
from projections.vault import SealedVault


@runtime_checkable
class ABroker(Broker, Protocol):
    """The port, so that a wrong object is noticed at start."""


@runtime_checkable
class ALog(Log, Protocol):
    """The port, so that a wrong object is noticed at start."""


class Opened(DeclarativeContainer):
    """What every role is given, opened."""

    settings = Dependency(instance_of=Settings)
    node = Dependency(instance_of=str)
    secret_key = Dependency(instance_of=str)
    broker = Dependency(instance_of=ABroker)  # type: ignore[type-abstract]  # it checks protocols too
    outbox = Dependency(instance_of=Outbox)
    log = Dependency(instance_of=ALog)  # type: ignore[type-abstract]  # as above
    database = Dependency(instance_of=Database)
    engine = database.provided.engine
    loop = Dependency(instance_of=asyncio.AbstractEventLoop)  # type: ignore[type-abstract]  # as above
    clock = Singleton(SystemClock)


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


class DomainParts(Opened):
    """Records in, facts and answers out."""

    counts = Singleton(InboxCounts)
    csms = Singleton(
        Csms,
        Singleton(Repository, Opened.log),
        Singleton(Numbers, Opened.log),
        Singleton(versions),
        Calling(choices.policy, Opened.settings),
    )
    inbox = Singleton(Inbox, Opened.log, csms, Opened.clock, counts)
    worker = Singleton(
        Worker, Opened.broker, Opened.outbox, inbox, Calling(choices.share, Opened.settings)
    )


class ProjectionsParts(Opened):
    """Facts to rows, calls and timers."""

    vault = Singleton(SealedVault, Opened.engine, Opened.secret_key)
    projector = Singleton(
        Projector, Opened.engine, Opened.log, Object(READ_MODELS), clock=Opened.clock
    )
    ownership = Singleton(
        Ownership, Opened.engine, "projections", owner=Opened.node, clock=Opened.clock
    )
    owner = Factory(Owner, ownership, projector)  # and news=
    trust = Factory(Trust, Opened.log, Object((calls.MODEL, stations.MODEL)))
    dispatcher = Singleton(
        Dispatcher,
        Singleton(CallQueue, Opened.engine, trust, clock=Opened.clock),
        Opened.outbox,
        vault,
        clock=Opened.clock,
        partitions=Opened.settings.provided.partitions,
    )
    timers = Singleton(
        Timers,
        Opened.engine,
        Opened.log,
        Opened.outbox,
        clock=Opened.clock,
        partitions=Opened.settings.provided.partitions,
    )
    signing = Singleton(
        SigningDesk,
        Singleton(
            AuthorityQueue,
            Opened.engine,
            Factory(
                Trust,
                Opened.log,
                Object((certificate_requests.MODEL, client_certificates.MODEL, stations.MODEL)),
            ),
            automatic=Calling(choices.signs_automatically, Opened.settings),
        ),
        Calling(choices.authority, Opened.settings),
        Opened.outbox,
        Opened.clock,
        Calling(choices.signing_terms, Opened.settings),
    )
    leases = Singleton(LeaseReader, Opened.engine, Opened.broker, clock=Opened.clock)
    lag = Factory(
        partial,
        Opened.database.provided.guarded,
        Factory(partial, lag, Opened.engine, Opened.log, Object(READ_MODELS), clock=Opened.clock),
    )
    stumbles = Factory(partial, Opened.database.provided.read, Object(missed), Object(READ_MODELS))
    requests = Factory(partial, Opened.database.provided.read, Object(certificate_requests.counted))
    ending = Factory(
        partial,
        Opened.database.provided.read,
        Object(client_certificates.ending_soon),
        Opened.clock,
    )
    housekeeping = Singleton(
        Housekeeping,
        ListOf(
            vault,
            Singleton(Rights, Opened.engine),
            Singleton(Noted, Opened.engine),
            Singleton(Unused, Opened.engine, Opened.log),
        ),
        Opened.log,
        Opened.clock,
        keep_days=Opened.settings.provided.journal_retention_days,
    )


class ApiParts(Opened):
    """HTTP to wishes and rows."""

    readable = Singleton(Watch, Factory(partial, Opened.database.provided.read, Object(passed)))
    done = Singleton(Watch, Factory(partial, Opened.database.provided.read, Object(calls.over)))
    desk = Singleton(
        Desk,
        Opened.outbox,
        readable,
        address=Calling(choices.address, Opened.settings, Opened.node),
        clock=Opened.clock,
    )
    strongbox = Singleton(
        Strongbox,
        Singleton(SealedVault, Opened.engine, Opened.secret_key),
        Opened.database,
        Opened.clock,
    )
    callbox = Singleton(
        Callbox,
        desk,
        strongbox,
        done,
        Calling(choices.outgoing),
        Opened.clock,
    )
    hosting = Singleton(choices.hosting, Opened.settings)
    tidying = Singleton(Tidying, hosting.provided.store, Opened.database)
    office = Singleton(
        Office,
        desk=desk,
        callbox=callbox,
        strongbox=strongbox,
        database=Opened.database,
        log=Opened.log,
        hosting=hosting,
        clock=Opened.clock,
        roots=Singleton(Roots, Opened.settings),
        defaults=Calling(choices.defaults, Opened.settings),
    )
    app = Singleton(application, office, Calling(choices.api_bounds, Opened.settings))
