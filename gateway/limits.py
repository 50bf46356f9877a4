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


class Buckets:
    """One bucket per name, for the `most` names that asked last; who is forgotten begins anew."""

    def __init__(self, *, rate: float, burst: float, most: int) -> None:
        self._rate, self._burst, self._most = rate, burst, most
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, name: str, now: float) -> bool:
        """Whether one more of this name may pass now."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = TokenBucket(rate=self._rate, burst=self._burst)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
        self._buckets.move_to_end(name)
        return bucket.take(now)


class Backoff:
    """Has a name that keeps failing wait: after `free` failures twice as long each time.

    Who has not failed for `longest` seconds after the wait is forgotten, and so is, of more than
    `most` names, the one that failed longest ago.
    """

    def __init__(self, *, free: int, first: float, longest: float, most: int) -> None:
        self._free, self._first, self._longest, self._most = free, first, longest, most
        self._failed: OrderedDict[str, tuple[int, float]] = OrderedDict()  # how often; until when

    def wait(self, name: str, now: float) -> float:
        """Seconds until this name may try again; 0 when it may now."""
        _, until = self._failed.get(name, (0, now))
        return max(0.0, until - now)

    def fail(self, name: str, now: float) -> None:
        """It has failed now."""
        times, until = self._failed.pop(name, (0, now))
        times = 1 if now - until > self._longest else times + 1
        self._failed[name] = times, now + self._pause(times)
        if len(self._failed) > self._most:
            self._failed.popitem(last=False)

    def forget(self, name: str) -> None:
        """It has not failed."""
        self._failed.pop(name, None)

    def _pause(self, times: int) -> float:
        excess = min(times - self._free, 32)  # 2 to the power of more is beyond any bound
        return min(self._longest, self._first * 2 ** (excess - 1)) if excess > 0 else 0.0
