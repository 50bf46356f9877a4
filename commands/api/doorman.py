"""Who comes in, and how long who has come in may keep us waiting."""

import asyncio
import logging
from collections.abc import Callable

from gateway.addresses import Networks, group_of, is_trusted
from gateway.crowd import Bounds, Crowd
from gateway.limits import OncePer

_log = logging.getLogger("ampledger.api")


class Doorman:
    """Lets so many connections in, and tells so now and then of those it does not."""

    def __init__(self, crowd: Bounds, trusted: Networks) -> None:
        self._crowd, self._trusted = Crowd(crowd), trusted
        self._told = OncePer(seconds=60, most=1000)

    def admits(self, peer: str, now: float) -> bool:
        """Whether there is room for one more; it is counted, and must `leave`."""
        address = self._counted(peer)
        why = self._crowd.objection(address)
        self._crowd.enter(address)
        if why and self._told.take(why + address, now):
            _log.warning("too many connections", extra={"origin": peer, "of": why})
        return not why

    def leave(self, peer: str) -> None:
        """One less."""
        self._crowd.leave(self._counted(peer))

    def _counted(self, peer: str) -> str:
        return "" if is_trusted(peer, self._trusted) else group_of(peer)


class Fuse:
    """Does something unless put out in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, blow: Callable[[], None]) -> None:
        self._loop, self._blow = loop, blow
        self._timer: asyncio.TimerHandle | None = None

    def light(self, seconds: float) -> None:
        """Anew, when it burns already."""
        self.put_out()
        self._timer = self._loop.call_later(seconds, self._blow)

    def put_out(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None
