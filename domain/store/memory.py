"""The log in memory: for tests, and for trying things out with `memory://`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.popo import POPOApplicationRecorder

from domain.log import Conflict, JournalEntry, JournalRow, Notification, StoredFact, StoredSnapshot
from domain.store.entries import block, day_of, filters, identity, printable
from domain.store.watermark import Watermark


@dataclass(frozen=True)
class _CausedEvent(StoredEvent):
    """A stored event that knows the journal row which led to it."""

    cause: str
    station: str


class MemoryLog(POPOApplicationRecorder):
    """Lists and dictionaries behind the library's lock; gone with the process."""

    def __init__(self) -> None:
        super().__init__()
        self._watermark = Watermark()
        self._snapshots: dict[str, StoredSnapshot] = {}
        self._journal: list[JournalRow] = []
        self._entries: dict[tuple[str, str, date], JournalEntry] = {}
        self._journal_position = 0
        self._last_number = 0
        self._partitions = 0

    # --- facts ---

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        with self._database_lock:
            snapshots = {
                stream: self._snapshots[stream]
                for stream in sorted(known)
                if upto is None and not known[stream] and stream in self._snapshots
            }
            facts: list[StoredFact] = []
            for stream in sorted(known):
                after = snapshots[stream].version if stream in snapshots else known[stream]
                facts += self._facts_after(stream, after, upto)
            return list(snapshots.values()), facts

    def _facts_after(self, stream: str, version: int, upto: int | None) -> Iterator[StoredFact]:
        places = self._stored_events_index.get(stream, {})
        later = (places[v] for v in sorted(places) if v > version)
        return (self._fact(place) for place in later if upto is None or place < upto)

    def _fact(self, place: int) -> StoredFact:
        event = self._stored_events[place]
        return StoredFact(
            stream=str(event.originator_id),
            version=event.originator_version,
            topic=event.topic,
            state=event.state,
            cause=event.cause if isinstance(event, _CausedEvent) else "",
            station=event.station if isinstance(event, _CausedEvent) else "",
        )

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        with self._database_lock:
            chosen = sorted(set(streams))
            return [f for s in chosen for f in list(self._facts_after(s, 0, upto))[-count:]]

    def commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot] = (),
    ) -> int:
        entries = printable(journal)
        with self._database_lock:
            self._refuse_repeats(entries)
            try:
                self.insert_events([_CausedEvent(*fact) for fact in facts])
            except IntegrityError as error:
                raise Conflict("a version is there already") from error
            self._write_down(entries)
            self._keep(snapshots)
            position = len(self._stored_events)
        self._watermark.raise_to(position)
        return position

    def _refuse_repeats(self, journal: Sequence[JournalEntry]) -> None:
        identities = {identity(entry) for entry in journal}
        if len(identities) < len(journal) or not identities.isdisjoint(self._entries):
            raise Conflict("a journal key is there already")

    def _write_down(self, journal: Sequence[JournalEntry]) -> None:
        for entry in journal:
            self._journal_position += 1
            self._journal.append(JournalRow(self._journal_position, entry))
            self._entries[identity(entry)] = entry

    def _keep(self, snapshots: Sequence[StoredSnapshot]) -> None:
        for new in snapshots:
            kept = self._snapshots.get(new.stream)
            if kept is None or new.version > kept.version:
                self._snapshots[new.stream] = new

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = (), station: str = ""
    ) -> list[Notification]:
        with self._database_lock:
            places = range(max(position, 0), len(self._stored_events))
            found = (Notification(p + 1, *self._fact(p)) for p in places)
            wanted = (
                each
                for each in found
                if (not topics or each.topic in topics) and station in {"", each.station}
            )
            return list(islice(wanted, limit))

    def position(self) -> int:
        return self.max_notification_id() or 0

    # --- journal ---

    def recorded(
        self, keys: Sequence[tuple[str, str, datetime]]
    ) -> dict[tuple[str, str], JournalEntry]:
        with self._database_lock:
            found = (self._entries.get((s, key, day_of(at))) for s, key, at in keys)
            return {(entry.station, entry.key): entry for entry in found if entry}

    def frames(
        self,
        *,
        station: str = "",
        after: int = 0,
        before: int = 0,
        limit: int = 100,
        newest_first: bool = False,
        action: str = "",
        message_id: str = "",
        kind: str = "",
        received_from: datetime | None = None,
        received_to: datetime | None = None,
    ) -> list[JournalRow]:
        wanted = filters(station=station, action=action, message_id=message_id, kind=kind)
        with self._database_lock:
            rows: Iterable[JournalRow] = reversed(self._journal) if newest_first else self._journal
            matching = (
                row
                for row in rows
                if row.position > after
                and not (before and row.position >= before)
                and (received_from is None or row.entry.received_at >= received_from)
                and (received_to is None or row.entry.received_at < received_to)
                and all(getattr(row.entry, name) == value for name, value in wanted.items())
            )
            return list(islice(matching, limit))

    def prune(self, before: datetime) -> int:
        cut = day_of(before)
        with self._database_lock:
            kept = [row for row in self._journal if day_of(row.entry.received_at) >= cut]
            dropped = len(self._journal) - len(kept)
            self._journal = kept
            self._entries = {identity(row.entry): row.entry for row in kept}
            return dropped

    # --- the rest ---

    def take_numbers(self, count: int) -> range:
        with self._database_lock:
            self._last_number += count
            return block(self._last_number, count)

    def claim_partitions(self, partitions: int) -> int:
        with self._database_lock:
            self._partitions = self._partitions or partitions
            return self._partitions

    def wait(self, position: int, timeout: float) -> None:
        self._watermark.wait_above(position, timeout)

    def close(self) -> None:
        self._watermark.close()
