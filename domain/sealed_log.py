"""The log with personal data in the clear, on one where all of it is sealed.

The only place that seals and opens: whoever decides, projects or shows reads here; whoever hashes
or proves reads what is stored.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Protocol, TypeVar

from domain.log import JournalEntry, JournalRow, Log, Notification, StoredFact, StoredSnapshot
from domain.ports import TokenKey
from domain.sealing import opening
from domain.sealing import writing as sealing
from domain.sealing.cache import NoKeys
from domain.sealing.literals import openings
from domain.sealing.names import names_token, renamed, tag_of

_HELD = 200_000  # streams: twice what a repository keeps
F = TypeVar("F", StoredFact, Notification)


class Keys(Protocol):
    """Keys at hand: `domain.sealing.cache`."""

    def of_tags(self, tags: Iterable[str], *, create: bool) -> dict[str, TokenKey]:
        """By folded tag."""
        ...

    def of_pseudonyms(self, pseudonyms: set[str]) -> dict[str, TokenKey]:
        """Those that may be used, by pseudonym."""
        ...


class SealedLog:
    """The Log port; opened values are those written, to the byte, while their key exists."""

    def __init__(self, stored: Log, keys: Keys) -> None:
        self._stored, self._keys = stored, keys
        self._lock = Lock()
        self._held: OrderedDict[str, str] = OrderedDict()  # stored names of streams of tokens

    def pseudonymous(self) -> "SealedLog":
        """The same log for whoever may not know tags: it shows pseudonyms."""
        return SealedLog(self._stored, NoKeys())

    def openings(self, text: bytes) -> list[tuple[bytes, bytes]]:
        """The literals in a stored text, each with the key that opens it and nothing else."""
        return openings(text, self._keys.of_pseudonyms(opening.pseudonyms((text,))))

    # --- facts ---

    def read(
        self, known: Mapping[str, int], *, upto: int | None = None
    ) -> tuple[list[StoredSnapshot], list[StoredFact]]:
        names = self._stored_names(known)
        wanted = {name: known[stream] for stream, name in names.items()}
        snapshots, facts = self._stored.read(wanted, upto=upto)
        if upto is None:
            self._hold(names)
        given = {name: stream for stream, name in names.items()}
        return self._opened_snapshots(snapshots, given), self._opened(facts, given)

    def tails(
        self, streams: Sequence[str], count: int, *, upto: int | None = None
    ) -> list[StoredFact]:
        names = self._stored_names(dict.fromkeys(streams, 0))
        given = {name: stream for stream, name in names.items()}
        return self._opened(self._stored.tails(list(names.values()), count, upto=upto), given)

    def commit(
        self,
        facts: Sequence[StoredFact],
        journal: Sequence[JournalEntry],
        snapshots: Sequence[StoredSnapshot] = (),
    ) -> int:
        told = [sealing.draft_fact(each) for each in facts]
        written = [sealing.draft_entry(each) for each in journal]
        tags = {tag for each in (*told, *written) if each for tag in each.tags()}
        keys = self._keys.of_tags(tags, create=True)
        return self._stored.commit(
            [self._sealed(d, keys) if d else f for d, f in zip(told, facts, strict=True)],
            [d.sealed(keys) if d else e for d, e in zip(written, journal, strict=True)],
            list(self._sealed_snapshots(snapshots)),
        )

    def since(
        self, position: int, *, limit: int, topics: Sequence[str] = (), station: str = ""
    ) -> list[Notification]:
        if (name := self._stored_name(station)) is None:
            return []
        found = self._stored.since(position, limit=limit, topics=topics, station=name)
        return self._opened(found, {})

    def position(self) -> int:
        return self._stored.position()

    # --- journal ---

    def recorded(
        self, keys: Sequence[tuple[str, str, datetime]]
    ) -> dict[tuple[str, str], JournalEntry]:
        names = self._stored_names({station: 0 for station, _, _ in keys})
        wanted = [(names[s], key, at) for s, key, at in keys if s in names]
        found = list(self._stored.recorded(wanted).values())
        given = {name: station for station, name in names.items()}
        entries = opening.entries(found, self._keys_of(opening.in_entries(found)))
        return {
            (given[stored.station], entry.key): entry._replace(station=given[stored.station])
            for stored, entry in zip(found, entries, strict=True)
        }

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
        if (name := self._stored_name(station)) is None:
            return []
        rows = self._stored.frames(
            station=name,
            after=after,
            before=before,
            limit=limit,
            newest_first=newest_first,
            action=action,
            message_id=message_id,
            kind=kind,
            received_from=received_from,
            received_to=received_to,
        )
        found = [row.entry for row in rows]
        entries = opening.entries(found, self._keys_of(opening.in_entries(found)))
        return [JournalRow(row.position, e) for row, e in zip(rows, entries, strict=True)]

    def prune(self, before: datetime) -> int:
        return self._stored.prune(before)

    # --- the rest ---

    def take_numbers(self, count: int) -> range:
        return self._stored.take_numbers(count)

    def claim_partitions(self, partitions: int) -> int:
        return self._stored.claim_partitions(partitions)

    def wait(self, position: int, timeout: float) -> None:
        self._stored.wait(position, timeout)

    def close(self) -> None:
        self._stored.close()

    # --- names ---

    def _stored_names(self, known: Mapping[str, int]) -> dict[str, str]:
        """How streams or stations are called as stored, but for those of tags nobody spoke of.

        A stream that is known goes on under the name it was read by: when its token was forgotten
        meanwhile, whoever knows it learns so there.
        """
        held = {s: n for s, v in known.items() if v and (n := self._held.get(s))}
        tags = {s: tag for s in known if s not in held and (tag := tag_of(s))}
        keys = self._keys.of_tags(tags.values(), create=False)
        fresh = {s: renamed(s, keys[tag].pseudonym) for s, tag in tags.items() if tag in keys}
        return {s: held.get(s) or fresh.get(s, s) for s in known if s not in tags or s in fresh}

    def _stored_name(self, name: str) -> str | None:
        return self._stored_names({name: 0}).get(name) if names_token(name) else name

    def _hold(self, names: Mapping[str, str]) -> None:
        """Remember what streams of tokens are called; what was not asked for longest goes."""
        with self._lock:
            for stream, name in names.items():
                if stream.startswith("token:"):
                    self._held[stream] = name
                    self._held.move_to_end(stream)
            while len(self._held) > _HELD:
                self._held.popitem(last=False)

    def _sealed(self, draft: sealing.FactDraft, keys: Mapping[str, TokenKey]) -> StoredFact:
        """A token that is known goes on in the stream that it was read from."""
        fact, sealed = draft.fact, draft.sealed(keys)
        if not fact.stream.startswith("token:"):
            return sealed
        if fact.version > 1 and (held := self._held.get(fact.stream)):
            return sealed._replace(stream=held)
        self._hold({fact.stream: sealed.stream})
        return sealed

    # --- opening ---

    def _keys_of(self, pseudonyms: set[str]) -> dict[str, TokenKey]:
        return self._keys.of_pseudonyms(pseudonyms) if pseudonyms else {}

    def _opened(self, facts: list[F], given: Mapping[str, str]) -> list[F]:
        keys = self._keys_of(opening.in_facts(facts))
        return [opening.fact(each, keys, given) for each in facts]

    def _opened_snapshots(
        self, snapshots: list[StoredSnapshot], given: Mapping[str, str]
    ) -> list[StoredSnapshot]:
        keys = self._keys_of(opening.pseudonyms(each.state for each in snapshots))
        return [opening.snapshot(each, keys, given) for each in snapshots]

    def _sealed_snapshots(self, snapshots: Sequence[StoredSnapshot]) -> Iterable[StoredSnapshot]:
        """Without those that hold a tag which was forgotten meanwhile: they can be done without."""
        for each in snapshots:
            tags = sealing.snapshot_tags(each)
            keys = self._keys.of_tags(tags, create=False)
            if keys.keys() >= tags:
                yield sealing.sealed_snapshot(each, keys)
