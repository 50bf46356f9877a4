"""Answers that are good for a moment: many who ask at once are told what one of them found."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import TypeVar, cast

T = TypeVar("T")
_MOST = 64  # different questions


@dataclass(frozen=True, slots=True)
class _Found:
    answer: object
    at: float


class Moments:
    """One at a time looks; whoever asks the same meanwhile waits for what is found. Blocking."""

    def __init__(self, seconds: float = 0.5, *, timer: Callable[[], float] = monotonic) -> None:
        """`seconds`: how long an answer is good, from before it was looked for."""
        self._seconds, self._timer = seconds, timer
        self._lock = Lock()
        self._found: dict[Hashable, _Found] = {}

    def ask(self, question: Hashable, look: Callable[[], T]) -> T:
        """The answer to a question; raises what `look` raises."""
        with self._lock:
            now = self._timer()
            found = self._found.get(question)
            if found is None or now - found.at >= self._seconds:
                found = self._keep(question, _Found(look(), now))
            return cast("T", found.answer)  # the question says what is looked for

    def _keep(self, question: Hashable, found: _Found) -> _Found:
        """The oldest make room."""
        self._found.pop(question, None)
        while len(self._found) >= _MOST:
            del self._found[next(iter(self._found))]
        self._found[question] = found
        return found
