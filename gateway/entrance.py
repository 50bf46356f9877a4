"""Accepts sockets, as many as there is room for, and has them greet each other in TLS."""

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NoReturn

from gateway.addresses import Networks, group_of, is_trusted
from gateway.counts import GatewayCounts
from gateway.crowd import Bounds, Crowd
from gateway.doors import Door, Doors
from gateway.limits import TokenBucket
from gateway.tls import kind_of

_BREATH = 0.05  # s between looks whether there is room
_REST = 0.25  # s after the system had nothing left for a socket
_log = logging.getLogger("ampledger.gateway")


@dataclass(frozen=True, slots=True)
class Limits:
    """What comes in, and how long it may take to say what it wants; in seconds."""

    bounds: Bounds = field(default_factory=Bounds)
    patience: float = 10.0
    fair: float = 5.0  # that a handshake may take while others wait for its place
    close_within: float = 5.0
    trusted: Networks = ()  # proxies: they count for the addresses that they name


class Arrival:
    """A socket that came, until it is gone."""

    __slots__ = ("address", "door", "host", "is_here", "port", "since", "sock")

    def __init__(self, sock: socket.socket, peer: tuple[Any, ...], door: Door) -> None:
        self.sock, self.door = sock, door
        self.host, self.port = str(peer[0]), int(peer[1])
        self.address = ""  # that it is counted for
        self.since = asyncio.get_running_loop().time()
        self.is_here = True

    def drop(self) -> None:
        """Its handshake sees the end of the socket, whatever it is waiting for."""
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return  # it has ended by itself


class Entrance:
    """What accepts for the WebSocket server, with the methods of an asyncio server that it uses.

    The loop's own would begin a TLS handshake with whoever comes, however many they are.
    """

    def __init__(self, doors: Doors, limits: Limits, counts: GatewayCounts) -> None:
        self._doors, self._limits, self._counts = doors, limits, counts
        self._crowd = Crowd(limits.bounds)
        self._greeting: dict[Arrival, None] = {}  # who has asked for nothing yet, as they came
        self._lines = TokenBucket(rate=1, burst=20)
        self._accepting: list[asyncio.Task[NoReturn]] = []
        self._shutting: asyncio.Task[None] | None = None

    def open(
        self, make: Callable[[Arrival], asyncio.BaseProtocol], owner: asyncio.TaskGroup
    ) -> None:
        """Accept from now on; `owner` awaits what is begun here."""
        self._make, self._owner = make, owner
        for sock, door in self._doors.sockets.items():
            self._accepting.append(owner.create_task(self._accept(sock, door)))

    def close(self) -> None:
        """Accept no more, and drop who has not asked for anything yet."""
        if self._shutting is None:
            self._shutting = self._owner.create_task(self._shut())

    async def wait_closed(self) -> None:
        """Return when nobody is listening any more."""
        if self._shutting is not None:
            await asyncio.shield(self._shutting)

    @property
    def sockets(self) -> tuple[socket.socket, ...]:
        """What is listened on."""
        return tuple(self._doors.sockets)

    def is_serving(self) -> bool:
        """Whether sockets are accepted."""
        return self._shutting is None

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop it runs on."""
        return asyncio.get_running_loop()

    def has_asked(self, arrival: Arrival, client: str) -> bool:
        """A request came, by its words from this address: whether there is room for it."""
        self._greeting.pop(arrival, None)
        if arrival.address or is_trusted(client, self._limits.trusted):
            return True
        address = group_of(client)
        if why := self._crowd.objection_to(address):
            self._turn_away(client, why)
            return False
        arrival.address = address
        self._crowd.name(address)
        return True

    def leave(self, arrival: Arrival) -> None:
        """It is gone; a repeat changes nothing."""
        self._greeting.pop(arrival, None)
        if arrival.is_here:
            arrival.is_here = False
            self._crowd.leave(arrival.address)

    def fail(self, arrival: Arrival, error: BaseException) -> None:
        """It did not get as far as a request."""
        kind = kind_of(error)
        self._counts.handshakes_failed[kind] += 1
        self._tell("handshake failed", arrival.host, kind=kind, why=str(error))

    async def _shut(self) -> None:
        for task in self._accepting:
            task.cancel()
        await asyncio.wait(self._accepting)
        self._doors.close()
        for arrival in tuple(self._greeting):
            arrival.drop()

    async def _accept(self, sock: socket.socket, door: Door) -> NoReturn:
        loop = asyncio.get_running_loop()
        while True:
            await self._room()
            try:
                accepted, peer = await loop.sock_accept(sock)
            except OSError as error:  # no file handles are left, or who came has left
                self._counts.turned_away["system"] += 1
                self._tell("cannot accept", "", why=str(error))
                await asyncio.sleep(_REST)
            else:
                self._arrive(Arrival(accepted, peer, door))
                await asyncio.sleep(0)  # a full queue must not keep the loop from all else

    async def _room(self) -> None:
        """Return when there is room for one more handshake.

        New ones wait in the system's queue. A handshake that is slow while they wait is dropped:
        half-open ones keep nobody out.
        """
        while 0 < self._limits.bounds.handshakes <= len(self._greeting):
            oldest = next(iter(self._greeting))
            if asyncio.get_running_loop().time() - oldest.since < self._limits.fair:
                await asyncio.sleep(_BREATH)
                continue
            del self._greeting[oldest]
            self._turn_away(oldest.host, "slow")
            oldest.drop()

    def _arrive(self, arrival: Arrival) -> None:
        is_proxy = is_trusted(arrival.host, self._limits.trusted)
        address = "" if is_proxy else group_of(arrival.host)
        if why := self._crowd.objection(address):
            self._turn_away(arrival.host, why)
            arrival.sock.close()
            return
        arrival.address = address
        self._crowd.enter(address)
        self._greeting[arrival] = None
        self._owner.create_task(self._greet(arrival))

    async def _greet(self, arrival: Arrival) -> None:
        context, make = arrival.door.papers.context, partial(self._make, arrival)
        bounds = {
            "ssl_handshake_timeout": self._limits.patience,
            "ssl_shutdown_timeout": self._limits.close_within,
        }
        loop = asyncio.get_running_loop()
        try:
            arrival.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.connect_accepted_socket(
                make, arrival.sock, ssl=context, **(bounds if context else {})
            )
        except BaseException as error:
            self.leave(arrival)
            if not isinstance(error, Exception):
                raise
            if not isinstance(error, OSError):  # a defect, but not one of all the others
                _log.exception("a handshake failed", extra={"remote": arrival.host})
                arrival.sock.close()
            self.fail(arrival, error)

    def _turn_away(self, host: str, why: str) -> None:
        self._counts.turned_away[why] += 1
        self._tell("turned away", host, why=why)

    def _tell(self, what: str, remote: str, **about: str) -> None:
        if self._lines.take(asyncio.get_running_loop().time()):
            _log.warning(what, extra={"remote": remote, **about})
