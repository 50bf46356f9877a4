"""Whose turn it is to publish: few at a time, so that what waits gathers into larger messages."""

import asyncio
from types import TracebackType


class Turns:
    """At most `width` publishes are under way; one that takes long stops counting.

    So the queues gather under load what they would else send one by one, an idle broker is not
    waited for, and a queue whose broker node hangs does not hold up the others.
    """

    def __init__(self, width: int, patience: float = 0.05) -> None:
        """`patience` is how many seconds a publish counts."""
        self._places = asyncio.Semaphore(width)
        self._patience = patience

    async def take(self) -> "Turn":
        """Wait for a turn; use it as a context manager."""
        await self._places.acquire()
        return Turn(self._places, self._patience)


class Turn:
    """One turn; it ends once."""

    def __init__(self, places: asyncio.Semaphore, patience: float) -> None:
        self._places: asyncio.Semaphore | None = places
        self._end = asyncio.get_running_loop().call_later(patience, self._give_up)

    def __enter__(self) -> None:
        """The turn is used."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.cancel()
        self._give_up()

    def _give_up(self) -> None:
        if self._places is not None:
            self._places.release()
            self._places = None
