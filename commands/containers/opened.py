"""What `run.py` has opened comes in as typed dependencies; all else is made of it.

Nothing connects while being made.
"""

import asyncio
from typing import Protocol, runtime_checkable

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import Dependency, Singleton

from commands.clock import SystemClock
from commands.readiness import Readiness
from commands.settings import Settings
from domain.log import Log
from domain.ports import Broker
from gateway.broker.outbox import Outbox
from projections.database import Database


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
    stored = Dependency(instance_of=ALog)  # type: ignore[type-abstract]  # the log as it is stored
    log = Dependency(instance_of=ALog)  # type: ignore[type-abstract]  # as above
    database = Dependency(instance_of=Database)
    engine = database.provided.engine
    loop = Dependency(instance_of=asyncio.AbstractEventLoop)  # type: ignore[type-abstract]  # as above
    clock = Singleton(SystemClock)
    readiness = Singleton(Readiness, database, log)
