"""The aggregates of whoever decides again: each row finds them as those found it who decided it."""

from collections.abc import Iterable, Mapping

from domain.redecision.overlay import Overlay
from domain.repository import Repository


class Remembered(Repository):
    """A repository that can be shown earlier versions of what others write too."""

    def __init__(self, overlay: Overlay, *, capacity: int = 100_000) -> None:
        super().__init__(overlay, capacity=capacity)
        self._overlay = overlay

    def prefetch(self, streams: Iterable[str]) -> None:
        """Nothing: many rows were prepared for together, and the rest is loaded when asked for."""

    def prefetch_more(self, streams: Iterable[str]) -> None:
        """Load what is neither in memory nor known to be absent: nobody else writes meanwhile."""
        absent = self._absent
        lacking = {s for s in streams if s not in self._cache and s not in absent}
        if lacking:
            super().prefetch(lacking)
            self._absent = absent | lacking

    def show(self, seen: Mapping[str, int]) -> None:
        """Have streams as they were at a version; 0: there was none."""
        for stream, version in seen.items():
            if not self._overlay.has_parted(stream):
                self._show(stream, version)

    def hide(self, seen: Mapping[str, int]) -> None:
        """What was shown is not what the next row finds, unless it is shown to it as well."""
        for stream in seen:
            if not self._overlay.has_parted(stream):
                held = self._cache.get(stream)
                if not getattr(held, "SHARED", False):
                    self.lose(stream)

    def lose(self, stream: str) -> None:
        """Look again for what is on record of a stream."""
        self._cache.pop(stream, None)
        self._absent.discard(stream)

    def _show(self, stream: str, version: int) -> None:
        held = self._cache.get(stream)
        known = held.version if held else 0
        if known > version:
            del self._cache[stream]
            known = 0
        if known < version:
            self._replay(self._overlay.history(stream, known, version))
        if not version:
            self._absent.add(stream)
