"""A RabbitMQ that may be killed: a node of one's own, or a line to the shared one that is cut."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from tests.broker.aids import Proxy
from tests.installation import free_port
from tests.queues import delete_queues

_SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # the one on the path becomes another user
_PATIENCE = 60  # s for a node to start


class Mortal(Protocol):
    """A broker."""

    url: str

    async def kill(self) -> None:
        """Without a word; what is on its disk stays."""
        ...

    async def start(self) -> None:
        """Again; returns when it answers."""
        ...


@asynccontextmanager
async def mortal_broker(folder: Path, shared: str, namespace: str) -> AsyncIterator[Mortal]:
    """What can be killed here; the queues of the namespace do not outlive it."""
    if shutil.which(_SERVER) and shutil.which("epmd"):
        async with _private_node(folder) as node:
            yield node
        return
    try:
        async with Proxy(shared) as proxy:
            yield _Cuttable(proxy)
    finally:
        await delete_queues(shared, namespace)


class _Cuttable:
    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self.url = proxy.url

    async def kill(self) -> None:
        await self._proxy.cut()

    async def start(self) -> None:
        self._proxy.mend()


class _Node:
    """A RabbitMQ with its files in a folder, and its own epmd beside it."""

    def __init__(self, folder: Path, epmd_port: int) -> None:
        self._port = port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{port}/"
        self._log = folder / "rabbitmq.log"
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),  # the Erlang cookie
            "ERL_EPMD_PORT": str(epmd_port),
            "RABBITMQ_NODENAME": f"journey-{port}@localhost",
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none",  # it does not spin for work
        }
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
        (folder / "plugins").write_text("[].\n")

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                _SERVER, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            async with asyncio.timeout(_PATIENCE):
                while not await _accepts(self._port):
                    assert self._process.returncode is None, self._log.read_text()[-2000:]
                    await asyncio.sleep(0.1)
        except BaseException:
            await self.kill()
            raise

    async def kill(self) -> None:
        """The script and the node it has started are one process group."""
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()


@asynccontextmanager
async def _private_node(folder: Path) -> AsyncIterator[_Node]:
    port = free_port()
    epmd = await asyncio.create_subprocess_exec("epmd", "-port", str(port), "-address", "127.0.0.1")
    try:
        node = _Node(folder, port)
        await node.start()
        try:
            yield node
        finally:
            await node.kill()
    finally:
        epmd.kill()
        await epmd.wait()


async def _accepts(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
