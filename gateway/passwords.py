"""Passwords: argon2id hashes; those of stations are verified beside the event loop."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.admission import unhexed
from gateway.keys import Busy

_REMEMBERED = 20_000  # outcomes


def hash_password(text: str) -> str:
    """The argon2id hash of a station password: 32-40 hex digits are the key they stand for."""
    return _hasher().hash(canonical(text))


def hash_secret(secret: bytes) -> str:
    """The argon2id hash of what a person chose, as it is: hex digits stand for themselves."""
    return _hasher().hash(secret)


def is_secret(password_hash: str, secret: bytes) -> bool:
    """Whether it is what was hashed; blocks for as long as hashing does."""
    return _is_password(_hasher(), password_hash, secret)


def canonical(text: str) -> bytes:
    """The bytes that a configured password stands for (white paper A00.FR.205)."""
    raw = text.encode()
    key = unhexed(raw)
    return raw if key is None else key


def _hasher() -> PasswordHasher:
    """OWASP's second choice: 19 MiB, two passes; a reconnect storm verifies thousands."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Argon2Verifier:
    """Verifies in `workers` threads; remembers an outcome for `seconds`.

    A storm of reconnects costs each station one hash, and at most `most_waiting` wait for theirs.
    What was begun is ended and remembered when the station has given up: it finds it done when it
    comes again, however slow the machine is.
    """

    def __init__(
        self,
        time: Callable[[], float],
        *,
        seconds: float = 60.0,
        workers: int = 2,
        most_waiting: int = 5_000,
        patience: float = 10.0,
    ) -> None:
        """`time` is a monotonic clock in seconds."""
        self._time, self._seconds = time, seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._most_waiting, self._patience = most_waiting, patience
        self._waiting: dict[bytes, asyncio.Future[bool]] = {}
        self._outcomes: OrderedDict[bytes, tuple[bool, float]] = OrderedDict()
        self._hasher = _hasher()

    async def verify(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        """Whether one of the candidates is the password; raises Busy when too many wait."""
        key = _digest(password_hash, candidates)
        is_known, until = self._outcomes.get(key, (False, float("-inf")))
        if self._time() < until:
            return is_known
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(self._outcome(key, password_hash, candidates))
        except TimeoutError:
            raise Busy from None

    def close(self) -> None:
        """No more verifications."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _outcome(
        self, key: bytes, password_hash: str, candidates: Sequence[bytes]
    ) -> asyncio.Future[bool]:
        """What waits already, for a station that came before, is not done twice."""
        if (waiting := self._waiting.get(key)) is not None:
            return waiting
        if len(self._waiting) >= self._most_waiting:
            raise Busy
        loop = asyncio.get_running_loop()
        begun = loop.run_in_executor(self._threads, self._matches, password_hash, candidates)
        self._waiting[key] = begun
        begun.add_done_callback(partial(self._done, key))
        return begun

    def _done(self, key: bytes, verified: asyncio.Future[bool]) -> None:
        del self._waiting[key]
        if not (verified.cancelled() or verified.exception()):
            self._remember(key, outcome=verified.result())

    def _matches(self, password_hash: str, candidates: Sequence[bytes]) -> bool:
        return any(_is_password(self._hasher, password_hash, each) for each in candidates)

    def _remember(self, key: bytes, *, outcome: bool) -> None:
        self._outcomes[key] = outcome, self._time() + self._seconds
        self._outcomes.move_to_end(key)
        if len(self._outcomes) > _REMEMBERED:
            self._outcomes.popitem(last=False)


def _is_password(hasher: PasswordHasher, password_hash: str, candidate: bytes) -> bool:
    try:
        return hasher.verify(password_hash, candidate)
    except (VerificationError, InvalidHashError):
        return False


def _digest(password_hash: str, candidates: Sequence[bytes]) -> bytes:
    """One key for a hash and what is presented: no password stays in memory."""
    return hashlib.sha256(b"\0".join((password_hash.encode(), candidates[-1]))).digest()
