"""The aggregates of one writer: loaded once, kept, dropped when ownership may be lost."""

from collections import OrderedDict
from collections.abc import Iterable
from copy import deepcopy
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from domain import facts
from domain.log import StoredFact, StoredSnapshot, Streams
from domain.model.aggregate import Aggregate, Chronicle

T = TypeVar("T", bound=Aggregate)

_CLASSES = MappingProxyType({str(cls.TOPIC): cls for cls in facts.AGGREGATES})  # type: ignore[attr-defined]  # each has one
_LOGS = MappingProxyType(
    {topic: cls for topic, cls in _CLASSES.items() if issubclass(cls, Chronicle)}
)
_TAIL = 32  # facts that a log remembers, after a restart as before: decisions can be repeated
_HIDDEN = ("_id", "_version", "_pending_events")


class Repository:
    """An owner's cache: `prefetch` asks the log once for all that a batch needs.

    Aggregates other writers may change too (`SHARED`) are brought up to date by each prefetch.
    """

    def __init__(self, log: Streams, *, capacity: int = 100_000) -> None:
        self._log = log
        self._capacity = capacity
        self._cache: OrderedDict[str, Aggregate] = OrderedDict()
        self._absent: set[str] = set()

    def prefetch(self, streams: Iterable[str]) -> None:
        """Make sure that what is named is in memory, or known to be absent."""
        wanted = set(streams)
        logs = [s for s in wanted if _is_log(s) and s not in self._cache]
        known = {s: v for s in wanted if (v := self._stale_version(s)) is not None}
        self._absent = wanted
        if known:
            self._read(known)
        if logs:
            self._resume(logs)

    def _read(self, known: dict[str, int]) -> None:
        snapshots, stored = self._log.read(known)
        self._restore(snapshots)
        self._replay(stored)
        held = {s: self._cache.get(s) for s in {row.stream for row in stored} if known[s]}
        if lapsed := [s for s, each in held.items() if getattr(each, "forgotten", False)]:
            for stream in lapsed:  # who comes by that name now may be another one
                self._cache.pop(stream)
            self._read(dict.fromkeys(lapsed, 0))

    def prefetch_more(self, streams: Iterable[str]) -> None:
        """The same for what the batch could not name before."""
        absent = self._absent
        lacking = [s for s in streams if s not in self._cache and s not in absent]
        if lacking:
            self.prefetch(lacking)
            self._absent = absent | self._absent

    def get(self, kind: type[T], stream: str) -> T | None:
        """The aggregate, or None when nothing ever happened to it."""
        found = self._cache.get(stream)
        if found is None and stream not in self._absent:
            self.prefetch_more([stream])
            found = self._cache.get(stream)
        if found is None:
            return None
        self._cache.move_to_end(stream)
        if not isinstance(found, kind):
            message = f"{stream} is no {kind.__name__}"
            raise TypeError(message)
        return found

    def add(self, aggregate: Aggregate) -> None:
        """Keep an aggregate that was made just now."""
        self._cache[aggregate.id] = aggregate

    def evict(self, streams: Iterable[str]) -> None:
        """Forget aggregates whose saving failed: what they hold may not be on record."""
        for stream in streams:
            self._cache.pop(stream, None)
        self._absent = set()

    def clear(self) -> None:
        """Forget everything: another writer may own it now."""
        self._cache.clear()
        self._absent = set()

    def trim(self) -> None:
        """Give back memory after a commit, the longest unused first."""
        self._absent = set()
        while len(self._cache) > self._capacity:
            self._cache.popitem(last=False)

    def _stale_version(self, stream: str) -> int | None:
        held = self._cache.get(stream)
        if getattr(held, "forgotten", False):
            self._cache.pop(stream)  # who comes by that name now is another one
            held = None
        if held is None:
            return None if _is_log(stream) else 0
        return held.version if getattr(held, "SHARED", False) else None

    def _restore(self, snapshots: list[StoredSnapshot]) -> None:
        for snapshot in snapshots:
            self._cache[snapshot.stream] = thaw(snapshot)

    def _replay(self, stored: list[StoredFact]) -> None:
        for row in stored:
            fact = facts.decode(row.stream, row.version, row.topic, row.state)
            held = self._cache.get(row.stream)
            self._cache[row.stream] = fact.mutate(held)  # type: ignore[assignment]  # it returns the aggregate

    def _resume(self, logs: list[str]) -> None:
        for stream, rows in groupby(self._log.tails(logs, _TAIL), key=attrgetter("stream")):
            last = [facts.decode(r.stream, r.version, r.topic, r.state) for r in rows]
            log = _LOGS[_kind_of(stream)]
            self._cache[stream] = log.resume(stream, last, at=last[-1].timestamp)


def _is_log(stream: str) -> bool:
    return _kind_of(stream) in _LOGS


def _kind_of(stream: str) -> str:
    return stream.partition(":")[0]


def freeze(aggregate: Aggregate) -> StoredSnapshot:
    """An aggregate's state as of now; values are text, numbers, times, lists."""
    state = {name: value for name, value in vars(aggregate).items() if name not in _HIDDEN}
    topic = str(aggregate.TOPIC)  # type: ignore[attr-defined]  # each has one
    return StoredSnapshot(aggregate.id, aggregate.version, topic, msgspec.msgpack.encode(state))


def thaw(snapshot: StoredSnapshot) -> Aggregate:
    """The aggregate that was frozen."""
    kind = _CLASSES[snapshot.topic]
    state: dict[str, Any] = msgspec.msgpack.decode(snapshot.state)
    aggregate = kind.__new__(kind)
    aggregate.__base_init__(snapshot.stream, snapshot.version, state["_created_on"])
    vars(aggregate).update(deepcopy(dict(kind.ADDED)) | state)
    return aggregate
