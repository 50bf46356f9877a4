"""Streams as they would be: what is decided as it was is read from the record, the rest aside."""

from collections.abc import Mapping, Sequence

from domain.log import Log, StoredFact, StoredSnapshot, Streams


class Overlay(Streams):
    """Streams that took another way live in the log `aside`, from their first fact on.

    Everything else is as the record had it at `position`.
    """

    def __init__(self, recorded: Log, aside: Log) -> None:
        self._recorded, self._aside = recorded, aside
        self._parted: set[str] = set()
        self._told: list[StoredFact] = []  # aside, and not yet written
        self.position = 0

    def has_parted(self, stream: str) -> bool:
        """Whether the stream would be another one by now."""
        return stream in self._parted

    def part(self, stream: str) -> None:
        """The stream takes another way from `position` on."""
        if stream not in self._parted:
            self._told += self._recorded.read({stream: 0}, upto=self.position)[1]
            self._parted.add(stream)

    def tell(self, facts: Sequence[StoredFact]) -> None:
        """What would be on record, of streams that have parted."""
        if self._parted:
            self._told += [fact for fact in facts if fact.stream in self._parted]

    def write(self) -> None:
        """Keep what was told."""
        if self._told:
            self._aside.commit(self._told, ())
            self._told = []

    def history(self, stream: str, after: int, version: int) -> list[StoredFact]:
        """What the record has of a stream, from one version to another."""
        end = self._recorded.position()
        return [
            fact
            for fact in self._recorded.read({stream: after}, upto=end)[1]
            if fact.version <= version
        ]

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        """As the port says, without snapshots: those there are tell of later."""
        aside = {stream: version for stream, version in known.items() if stream in self._parted}
        rest = {stream: version for stream, version in known.items() if stream not in self._parted}
        found: list[StoredFact] = []
        if rest:
            found += self._recorded.read(rest, upto=self.position)[1]
        if aside:
            self.write()
            found += self._aside.read(aside)[1]
        return [], found

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        """As the port says."""
        aside = [stream for stream in streams if stream in self._parted]
        rest = [stream for stream in streams if stream not in self._parted]
        found: list[StoredFact] = []
        if rest:
            found += self._recorded.tails(rest, count, upto=self.position)
        if aside:
            self.write()
            found += self._aside.tails(aside, count)
        return found
