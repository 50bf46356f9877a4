"""Keys at hand: the keyring is asked for what is new to a process, and for nothing else."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic

from domain.ports import Clock, Keyring, TokenKey
from domain.sealing.literals import is_pseudonym

LOOK_EVERY = 10.0  # s: how long a process may not know that a token was forgotten
OPEN_FOR = timedelta(seconds=30)  # that everybody may still open what was forgotten
_MOST = 200_000  # keys


def _now() -> datetime:
    return datetime.now(UTC)


class KeyCache:
    """Keys stay until a token is forgotten anywhere; for that it looks every ten seconds.

    What was forgotten is sealed as ever, so that nothing new is mixed with it, and not opened any
    more after half a minute. Used by many threads.
    """

    def __init__(
        self, keyring: Keyring, now: Clock = _now, *, look_every: float = LOOK_EVERY
    ) -> None:
        self._keyring, self._now, self._look_every = keyring, now, look_every
        self._lock = Lock()
        self._by_tag: dict[str, TokenKey] = {}
        self._by_pseudonym: dict[str, TokenKey] = {}
        self._seen, self._look_after = -1, 0.0

    def of_tags(self, tags: Iterable[str], *, create: bool) -> dict[str, TokenKey]:
        """The keys of folded tags, by tag. The pseudonym of a forgotten token is its tag now."""
        wanted = set(tags)
        if not wanted:
            return {}
        self.look()
        known = {tag: key for tag in wanted if (key := self._by_tag.get(tag))}
        missing = wanted - known.keys()
        if not missing:
            return known
        seen = self._seen
        known |= self._forgotten(missing)
        if new := missing - known.keys():
            found = self._keyring.of_tags(new, create=create)
            lasting = {tag: key for tag, key in found.items() if not key.forgotten_at}
            self._keep(self._by_tag, lasting, seen)  # the others may be destroyed any time
            known |= found
        return known

    def of_pseudonyms(self, pseudonyms: Collection[str]) -> dict[str, TokenKey]:
        """The keys that may be used, by pseudonym."""
        if not pseudonyms:
            return {}
        self.look()
        seen = self._seen
        known = {each: key for each in pseudonyms if (key := self._by_pseudonym.get(each))}
        if missing := set(pseudonyms) - known.keys():
            found = self._keyring.of_pseudonyms(missing)
            self._keep(self._by_pseudonym, found, seen)
            known |= found
        return {each: key for each, key in known.items() if self._usable(key)}

    def look(self) -> None:
        """Ask, when it is time, whether anything was forgotten; raises Unavailable."""
        if monotonic() < self._look_after:
            return
        changes = self._keyring.changes()
        with self._lock:
            if changes != self._seen:
                self._by_tag, self._by_pseudonym, self._seen = {}, {}, changes
            self._look_after = monotonic() + self._look_every

    def _forgotten(self, tags: Collection[str]) -> dict[str, TokenKey]:
        pseudonyms = [tag for tag in tags if is_pseudonym(tag)]
        found = self._keyring.of_pseudonyms(pseudonyms) if pseudonyms else {}
        return {p: TokenKey(p, b"", "") for p, key in found.items() if key.forgotten_at}

    def _usable(self, key: TokenKey) -> bool:
        forgotten = key.forgotten_at
        return bool(key.secret) and (forgotten is None or self._now() < forgotten + OPEN_FOR)

    def _keep(self, kept: dict[str, TokenKey], found: dict[str, TokenKey], seen: int) -> None:
        """`seen`: what was known when they were asked for; nothing is kept that may be older."""
        with self._lock:
            if seen != self._seen:
                return
            if len(kept) + len(found) > _MOST:
                kept.clear()
            kept.update(found)


class NoKeys:
    """Nobody's keys: what is read with them shows pseudonyms, and nothing can be written."""

    def of_tags(self, tags: Iterable[str], *, create: bool) -> dict[str, TokenKey]:
        """Pseudonyms are the tags that it knows."""
        if create:
            raise TypeError("a log without keys is for reading")
        return {tag: TokenKey(tag, b"", "") for tag in tags if is_pseudonym(tag)}

    def of_pseudonyms(self, pseudonyms: Collection[str]) -> dict[str, TokenKey]:
        return {}
