"""A station of the benchmark: one call at a time, each measured from when it was due."""

import asyncio
from array import array
from collections import deque
from dataclasses import dataclass, field
from time import monotonic

from tests.bench.mix import Call, Script
from tests.bench.sockets import Socket, connect


@dataclass(slots=True)
class Tally:
    """What the stations of one process were answered between `begin` and `end`."""

    is_open: bool = False
    seconds: float = 0.0  # from begin to end
    errors: int = 0  # CALLERRORs, and answers to something else
    latencies: dict[str, "array[float]"] = field(default_factory=dict)  # s, by action
    times: "array[float]" = field(default_factory=lambda: array("d"))  # of answers, monotonic
    stations: "array[int]" = field(default_factory=lambda: array("l"))  # who was answered then

    def begin(self) -> None:
        """Record from now on."""
        self.is_open, self.seconds = True, -monotonic()

    def end(self) -> None:
        """Record no more."""
        if self.is_open:
            self.is_open, self.seconds = False, self.seconds + monotonic()

    def add(self, station: int, action: str, due: float) -> None:
        """A station got the answer to a call that was due at a time."""
        now = monotonic()
        self.latencies.setdefault(action, array("d")).append(now - due)
        self.times.append(now)
        self.stations.append(station)


class Station:
    """Closed loop: the answer brings the next call. Open loop: calls fall due, late ones wait."""

    def __init__(self, number: int, tally: Tally) -> None:
        self._number = number
        self._tally = tally
        self._socket: Socket
        self._script: Script
        self._next: Call | None = None
        self._closed_loop = False
        self._waiting: deque[float] = deque()
        self._messages, self._expected = 0, b""
        self._action, self._due = "", 0.0
        self.performed = asyncio.get_running_loop().create_future()

    async def connect(self, url: str) -> None:
        """Open the socket; raises OSError when it is refused."""
        self._socket = await connect(url, self._receive)

    def perform(self, script: Script, *, closed_loop: bool) -> None:
        """Begin a script; `performed` is done at its end. In an open loop nothing is due yet."""
        self._script, self._next, self._closed_loop = script, next(script), closed_loop
        self.performed = asyncio.get_running_loop().create_future()
        if closed_loop:
            self.fall_due(monotonic())

    def fall_due(self, at: float) -> None:
        """A call should leave now; it waits for the one before it, and its latency counts."""
        self._waiting.append(at)
        self._resume()

    def stop(self) -> None:
        """Send nothing more; `performed` is done once the last answer is there."""
        self._next = None
        if not self._expected and not self.performed.done():
            self.performed.set_result(None)

    def leave(self) -> None:
        """Close the socket."""
        self._socket.close()

    def _resume(self) -> None:
        if self._expected or not self._waiting or self._next is None:
            return
        self._messages += 1
        self._due = self._waiting.popleft()
        self._action, payload = self._next
        self._expected = b'[3,"%08x"' % self._messages
        self._socket.send(b'[2,"%08x","%b",%b]' % (self._messages, self._action.encode(), payload))

    def _receive(self, text: bytes) -> None:
        if text.startswith(b"[2,"):
            return  # calls of the CSMS are none of our business
        if not self._expected or not text.startswith(self._expected):
            self._tally.errors += 1
        self._expected = b""
        if self._tally.is_open:
            self._tally.add(self._number, self._action, self._due)
        self._proceed(text)

    def _proceed(self, answer: bytes) -> None:
        if self._next is not None:
            self._next = _following(self._script, answer)
        if self._next is None:
            self.stop()
            return
        if self._closed_loop:
            self._waiting.append(monotonic())
        self._resume()


def _following(script: Script, answer: bytes) -> Call | None:
    """What a script says to an answer; None when it is over."""
    try:
        return script.send(answer)
    except StopIteration:
        return None
