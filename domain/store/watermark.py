"""How far the log is known to reach, for threads that wait for more."""

from threading import Condition


class Watermark:
    """The highest position seen so far; it only rises."""

    def __init__(self) -> None:
        self._risen = Condition()
        self._position = 0
        self._closed = False

    def raise_to(self, position: int) -> None:
        """The log reaches at least this position: wake those who wait for it."""
        with self._risen:
            if position > self._position:
                self._position = position
                self._risen.notify_all()

    def wait_above(self, position: int, timeout: float) -> bool:
        """Wait at most `timeout` seconds; whether there is more than `position`, or all is over."""
        with self._risen:
            return self._risen.wait_for(lambda: self._closed or self._position > position, timeout)

    def close(self) -> None:
        """Nobody waits any more."""
        with self._risen:
            self._closed = True
            self._risen.notify_all()
