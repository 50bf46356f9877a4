"""How many files come in at once by one right: each holds a connection and room on the disk."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

_MOST_AT_ONCE = 4  # stations bring one after the other; some try again while the first hangs


class Uploads:
    """Counts those of this process; for one event loop."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def one_of(self, right: str) -> Iterator[bool]:
        """Whether one more may come in by a right; it counts until the context ends."""
        if self._under_way[right] >= _MOST_AT_ONCE:
            yield False
            return
        self._under_way[right] += 1
        try:
            yield True
        finally:
            self._under_way[right] -= 1
            if not self._under_way[right]:
                del self._under_way[right]
