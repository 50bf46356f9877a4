"""Rates: how much of something unwanted is let through. Pure; seconds come in as `now`."""

from collections import OrderedDict


class TokenBucket:
    """Lets `rate` things a second pass on average and `burst` at once."""

    __slots__ = ("_burst", "_filled", "_rate", "_tokens")

    def __init__(self, *, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._tokens, self._filled = burst, float("-inf")

    def take(self, now: float) -> bool:
        """Whether one more may pass now."""
        gained = (now - self._filled) * self._rate
        self._tokens = min(self._burst, self._tokens + gained)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class OncePer:
    """Lets each name pass once per `seconds`; remembers the `most` names that passed last."""

    def __init__(self, *, seconds: float, most: int) -> None:
        self._seconds, self._most = seconds, most
        self._passed: OrderedDict[str, float] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Whether this name may pass now."""
        if now - self._passed.get(name, float("-inf")) < self._seconds:
            return False
        self._passed[name] = now
        self._passed.move_to_end(name)
        if len(self._passed) > self._most:
            self._passed.popitem(last=False)
        return True
