"""How much failing and asking is borne, in bounded memory; seconds come in as `now`."""

from collections import OrderedDict

from commands.api.bounds import Bounds
from gateway.limits import Backoff, Buckets, OncePer, TokenBucket
from projections.user_tokens import hashed

_MOST = 10_000  # names remembered of each kind
_LONGEST = 300.0  # s that an address has to wait
_LONGEST_OF_NAME = 60.0  # s; less, for it may be somebody else who fails
_PAUSE = 1.0  # s that everybody has to wait when too many fail together


class Patience:
    """Who keeps failing waits longer and longer; a token that has fitted once need never wait.

    So those who guess lock out nobody but themselves, and those who share their address and have
    not signed in yet. Passwords can be guessed from many addresses, so names wait too, except at
    an address where they have signed in before.
    """

    def __init__(self, bounds: Bounds) -> None:
        self._addresses = Backoff(free=bounds.failures, first=1.0, longest=_LONGEST, most=_MOST)
        self._names = Backoff(free=bounds.failures, first=1.0, longest=_LONGEST_OF_NAME, most=_MOST)
        self._together = TokenBucket(rate=bounds.failures, burst=10.0 * bounds.failures)
        self._closed_until = float("-inf")
        self._fitted: OrderedDict[str, None] = OrderedDict()  # hashes of tokens and `_place`s
        self._over: OrderedDict[str, None] = OrderedDict()  # hashes of tokens of ended sessions
        self._limits_rate = bounds.rate > 0
        self._rates = Buckets(rate=bounds.rate, burst=2 * bounds.rate, most=_MOST)
        self._told = OncePer(seconds=60, most=_MOST)
        self._tales = TokenBucket(rate=1 / 30, burst=30)

    def wait(self, token: str, address: str, now: float) -> float:
        """Seconds until this token may be tried from this address; 0 when it may now."""
        if hashed(token) in self._fitted:
            return 0.0
        return max(self._addresses.wait(address, now), self._closed_until - now, 0.0)

    def failed(self, token: str, address: str, now: float) -> None:
        """The token did not fit, or does not any more."""
        self._fitted.pop(hashed(token), None)
        self._fail(address, now)

    def wait_to_guess(self, name: str, address: str, now: float) -> float:
        """Seconds until a password of this name may be tried from this address."""
        is_known = hashed(_place(name, address)) in self._fitted
        of_name = 0.0 if is_known else self._names.wait(hashed(name), now)
        return max(of_name, self._addresses.wait(address, now), self._closed_until - now)

    def guessed(self, name: str, address: str, now: float, *, right: bool) -> None:
        """A password of this name, "" for none, was tried."""
        if right:
            self._names.forget(hashed(name))
            self.fitted(_place(name, address))
            return
        self._fail(address, now)
        if name:
            self._names.fail(hashed(name), now)

    def fitted(self, token: str) -> None:
        """The token is somebody's."""
        _remember(self._fitted, hashed(token))

    def over(self, token: str) -> None:
        """The token was that of a session, which ended: it never fits again."""
        self._fitted.pop(hashed(token), None)
        _remember(self._over, hashed(token))

    def is_over(self, token: str) -> bool:
        """Whether it is known to be one of those: it need not be looked for."""
        return hashed(token) in self._over

    def may_ask(self, id: str, now: float) -> bool:
        """Whether the holder of a token may ask once more now."""
        return not self._limits_rate or self._rates.take(id, now)

    def is_worth_telling(self, name: str, now: float) -> bool:
        """Whether a failure goes on record: of each name one a minute, of all a few."""
        return self._told.take(name, now) and self._tales.take(now)

    def _fail(self, address: str, now: float) -> None:
        self._addresses.fail(address, now)
        if not self._together.take(now):
            self._closed_until = now + _PAUSE


def _remember(kept: OrderedDict[str, None], what: str) -> None:
    """As one of the last `_MOST`."""
    kept[what] = None
    kept.move_to_end(what)
    if len(kept) > _MOST:
        kept.popitem(last=False)


def _place(name: str, address: str) -> str:
    """A name at an address; no token has a space."""
    return f"{address} {name}"
