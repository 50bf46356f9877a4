"""The thread that keeps the read models up to date, for as long as this process owns the work."""

import logging
from collections.abc import Callable
from threading import Event
from time import monotonic

from projections.ownership import Ownership
from projections.positions import Fenced
from projections.projector import Projector

_POLL = 1.0  # s between looks at the log when nothing wakes, and at the lease when another owns it
_LONGEST_PAUSE = 10.0  # s
_REST = 2  # times as long as a step took: facts gather, and cost less together
_LONGEST_REST = 0.1  # s

_log = logging.getLogger("ampledger.projections")


class Owner:
    """Holds the lease and steps the projector; errors are logged and tried again, for ever."""

    def __init__(
        self,
        ownership: Ownership,
        projector: Projector,
        *,
        news: Callable[[frozenset[str]], None],
    ) -> None:
        """`news` is called in the thread with the names of the read models that changed."""
        self._ownership, self._projector, self._news = ownership, projector, news
        self._active = False
        self._pause = 0.1

    @property
    def active(self) -> bool:
        """Whether this process owns the work."""
        return self._active

    def run(self, stop: Event) -> None:
        """Work until `stop` is set."""
        while not stop.is_set():
            try:
                self._work(stop)
                self._pause = 0.1
            except Fenced as fenced:
                _log.info("fenced", extra={"models": str(fenced)})
                self._projector.forget()
            except Exception:  # noqa: BLE001 - it was only a courtesy
                _log.exception("projecting failed")
                self._recover(stop)
        self._retire()

    def _work(self, stop: Event) -> None:
        was, self._active = self._active, self._ownership.hold()
        if not self._active:
            self._projector.forget()
            stop.wait(_POLL)
            return
        if not was:
            _log.info("projections owned")
        begun = monotonic()
        step = self._projector.step()
        if step.news:
            self._news(step.news)
        if not step.moved:
            self._projector.wait(_POLL)
        elif not step.full:
            stop.wait(min(_REST * (monotonic() - begun), _LONGEST_REST))

    def _recover(self, stop: Event) -> None:
        """What was committed is not known: read the positions again, after a growing pause."""
        self._projector.forget()
        stop.wait(self._pause)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _retire(self) -> None:
        was, self._active = self._active, False
        if was:
            try:
                self._ownership.release()
            except Exception:  # noqa: BLE001 - it was only a courtesy
                _log.exception("the lease could not be released: it ends by itself")
