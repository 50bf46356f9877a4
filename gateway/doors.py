"""The ports of a gateway, each with its papers: read again when a file has changed."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self

from domain.ports import Clock
from gateway.listeners import Listener, bind
from gateway.papers import Papers, load
from gateway.tls import Unusable

_SOON = timedelta(hours=1)  # what expires within it is told; some are valid for a day only
_log = logging.getLogger("ampledger.gateway")


class Door:
    """A listener, and the papers that new connections get; standing ones keep theirs."""

    def __init__(self, listener: Listener, clock: Clock) -> None:
        """Blocking: reads the files. Raises Unusable."""
        self.listener, self._clock = listener, clock
        self.port = listener.port  # another one when that is 0
        self._seen = _digest(listener.files)
        self.papers: Papers = load(listener, clock())
        self._told: tuple[str, ...] = ()

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return self.listener.is_encrypted

    def look(self) -> None:
        """Read the files again if one has changed; what cannot be used changes nothing. Blocking.

        What is half written, or does not fit together yet, is looked at again when it has changed.
        """
        seen = _digest(self.listener.files)
        if seen != self._seen:
            self._seen = seen
            self._renew()
        self._tell()

    def _renew(self) -> None:
        try:
            self.papers = load(self.listener, self._clock())
        except Unusable as error:
            about = {"port": self.listener.port, "why": str(error)}
            _log.error("the new files are of no use, the old ones stay", extra=about)
        else:
            _log.info("certificates renewed", extra={"port": self.listener.port})

    def _tell(self) -> None:
        """What lapses is told once, and again when it is something else."""
        now, expires = self._clock(), self.papers.expires
        lapsed = [f"the revocation list of {issuer}" for issuer in self.papers.lapsed(now)]
        if expires and expires - _SOON < now:
            lapsed.append(f"the certificate that expires at {expires}")
        if (told := tuple(lapsed)) != self._told:
            self._told = told
            for what in told:
                about = {"port": self.listener.port, "what": what}
                _log.warning("should have been renewed by now", extra=about)


class Doors:
    """All listeners of a gateway; bound while it is entered."""

    def __init__(self, listeners: Sequence[Listener], clock: Clock, *, look_every: float) -> None:
        self._listeners, self._clock, self._look_every = listeners, clock, look_every
        self._doors: tuple[Door, ...] = ()
        self.sockets: dict[socket.socket, Door] = {}

    async def __aenter__(self) -> Self:
        """Read the files, then listen; raises Unusable, OSError."""
        self._doors = await asyncio.to_thread(self._read)
        try:
            for door in self._doors:
                self._bind(door)
        except OSError:
            self.close()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    @property
    def ports(self) -> tuple[int, ...]:
        """The ports listened on; the system chose those whose setting is 0."""
        return tuple(door.port for door in self._doors)

    def seconds_left(self) -> dict[int, float]:
        """How long the certificates of each port with TLS are valid."""
        now = self._clock()
        return {
            door.port: (door.papers.expires - now).total_seconds()
            for door in self._doors
            if door.papers.expires
        }

    async def watch(self) -> None:
        """Look at the files for ever."""
        while True:
            await asyncio.sleep(self._look_every)
            await asyncio.to_thread(self.look)

    def look(self) -> None:
        """Look at all files now; blocking."""
        for door in self._doors:
            door.look()

    def close(self) -> None:
        """Listen no more."""
        for each in self.sockets:
            each.close()
        self.sockets.clear()

    def _bind(self, door: Door) -> None:
        sockets = bind(door.listener)
        self.sockets.update(dict.fromkeys(sockets, door))
        door.port = int(sockets[0].getsockname()[1])

    def _read(self) -> tuple[Door, ...]:
        return tuple(Door(listener, self._clock) for listener in self._listeners)


def _digest(files: Sequence[Path]) -> bytes:
    """Of the contents: the time of a file may stay when what a link leads to has changed."""
    return sha256(b"".join(map(_content, files))).digest()


def _content(path: Path) -> bytes:
    try:
        return sha256(path.read_bytes()).digest()
    except OSError:
        return b""
