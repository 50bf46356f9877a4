"""A process: opens what its role needs, works until it is told to stop, closes in reverse."""

import asyncio
import gc
import logging
import signal
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from typing import Any

from commands import bootstrap, opening
from commands.api.ops import ops_server
from commands.clock import SystemClock
from commands.duties.duty import Begin, Duty, looping
from commands.measures import process as measures
from commands.metrics import Metrics
from commands.rollcall import RollCall
from commands.settings import Role, Settings, SettingsError
from domain.log import Log, Unavailable
from domain.ports import Broker
from gateway.broker.outbox import Outbox

_THREADS = 32  # for what blocks; on a small machine the default would be five
_ROLES = ("projections", "domain", "gateway", "api")

_log = logging.getLogger("ampledger.run")


class Ending:
    """What SIGTERM and SIGINT do: once, end in order; while starting or twice, at once."""

    def __init__(self) -> None:
        self._main = asyncio.current_task()
        self._asked = asyncio.Event()
        self._started = False

    @property
    def is_asked(self) -> bool:
        """Whether a signal came."""
        return self._asked.is_set()

    def listen(self) -> None:
        """Take over the signals."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.ask)

    def ask(self) -> None:
        """End, please."""
        if self._main and (self._asked.is_set() or not self._started):
            self._main.cancel()
        self._asked.set()

    async def wait(self) -> None:
        """All has started: return when it is to end."""
        self._started = True
        await self._asked.wait()


async def serve(role: Role, settings: Settings) -> None:
    """Run a role until a signal; raises SettingsError, OSError when an address is taken."""
    opening.check(role, settings)
    ending = Ending()
    ending.listen()
    try:
        async with running(role, settings) as ports:
            _settle()
            _log.info("ready", extra={"role": role, **ports})
            await ending.wait()
            _log.info("stopping", extra={"role": role})
    except asyncio.CancelledError:
        if not ending.is_asked:
            raise
    except ExceptionGroup as group:
        reason = group.exceptions[0]
        if len(group.exceptions) == 1 and isinstance(reason, OSError | SettingsError):
            raise reason from None  # an address is taken, a file is no good: one line says it all
        raise
    _log.info("stopped", extra={"role": role})


@asynccontextmanager
async def running(role: Role, settings: Settings) -> AsyncIterator[dict[str, int]]:
    """A role at work; yields the ports it listens on, by name."""
    begins = _begins(role)
    threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="work")
    asyncio.get_running_loop().set_default_executor(threads)  # the loop's end shuts it down
    async with AsyncExitStack() as stack:
        duty = Duty(checks={"process": _starting})
        metrics = Metrics(duty.sources)
        address = (settings.ops_host, settings.ops_port_of(role))
        ops = await stack.enter_async_context(ops_server(*address, duty.checks, metrics))
        opened = await _open(stack, role, settings, duty)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        ports = {"ops": ops.port}
        told: list[Callable[[], Collection[int]]] = []
        for begin in begins:
            begun = await stack.enter_async_context(begin(opened, group))
            duty.checks.update(begun.checks)
            duty.sources.extend(begun.sources)
            ports.update(begun.ports)
            told.append(begun.served)
        roll = _roll(role, opened, lambda: {each for served in told for each in served()})
        await stack.enter_async_context(looping(group, roll.run()))
        del duty.checks["process"]
        stack.callback(duty.checks.update, {"process": _stopping})
        yield ports


async def _open(
    stack: AsyncExitStack, role: Role, settings: Settings, duty: Duty
) -> dict[str, Any]:
    """What the containers of the roles are given."""
    secret_key = opening.secret_key(role, settings)
    duty.checks["database"] = _awaited
    log, database = await stack.enter_async_context(opening.database_of(settings))
    duty.checks["database"] = lambda: _database_check(log)
    if role in {"run", "api"}:
        clock = SystemClock()
        await asyncio.to_thread(bootstrap.ensure_administrator, role, settings, database, clock)
    broker: Broker = await stack.enter_async_context(opening.broker_of(settings))
    duty.checks["broker"] = lambda: _broker_check(broker)
    outbox = Outbox(broker, capacity_bytes=settings.outbox_bytes)
    await stack.enter_async_context(outbox)
    duty.sources.append(measures.of_broker(broker, outbox))
    duty.sources.append(measures.of_loop(asyncio.get_running_loop()))
    return {
        "settings": settings,
        "node": opening.node_name(settings),
        "secret_key": secret_key,
        "broker": broker,
        "outbox": outbox,
        "stored": log,
        "log": opening.sealed(log, database),
        "database": database,
        "loop": asyncio.get_running_loop(),
    }


def _roll(role: Role, opened: Mapping[str, Any], served: Callable[[], Collection[int]]) -> RollCall:
    node, database = opened["node"], opened["database"]
    return RollCall(database, SystemClock(), node=node, role=role, served=served)


def _begins(role: Role) -> list[Begin]:
    """In the order in which they start; who answers stations and people comes last.

    Nothing is imported that the role does not need: all of it takes seconds.
    """
    names = [name for name in _ROLES if role in {name, "run"}]
    return [import_module(f"commands.duties.{name}").begin for name in names]


def _settle() -> None:
    """What was made so far stays: the collector need not look at it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 5, 5)


async def _starting() -> str:
    return "is starting"


async def _awaited() -> str:
    return "is waited for"


async def _stopping() -> str:
    return "is stopping"


async def _database_check(log: Log) -> str:
    try:
        await asyncio.to_thread(log.position)
    except Unavailable as error:
        return f"does not answer: {error}"
    return ""


async def _broker_check(broker: Broker) -> str:
    return "" if broker.connected else "does not answer"
