"""What is read from the log, with its personal values; of forgotten tokens with pseudonyms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from domain.log import JournalEntry, Notification, StoredFact, StoredSnapshot
from domain.ports import TokenKey
from domain.sealing import snapshots
from domain.sealing.literals import has_any, opened, pseudonyms_in
from domain.sealing.names import names_token, renamed, tag_of

F = TypeVar("F", StoredFact, Notification)
Keys = Mapping[str, TokenKey]  # by pseudonym


def pseudonyms(texts: Iterable[bytes]) -> set[str]:
    """Whose values are in some texts."""
    return {each for text in texts if has_any(text) for each in pseudonyms_in(text)}


def in_facts(facts: Sequence[StoredFact] | Sequence[Notification]) -> set[str]:
    """Whose values are in facts and their names."""
    found = pseudonyms(each.state for each in facts)
    found.update(tag_of(each.stream) for each in facts if names_token(each.stream))
    found.update(tag_of(each.station) for each in facts if names_token(each.station))
    return found - {""}


def in_entries(entries: Sequence[JournalEntry]) -> set[str]:
    """Whose values are in journal entries and their subjects."""
    found = pseudonyms(text for each in entries for text in _texts(each))
    found.update(tag_of(each.station) for each in entries if names_token(each.station))
    return found - {""}


def _texts(entry: JournalEntry) -> Iterable[bytes]:
    return entry.payload, entry.answer, entry.deviations.encode(), entry.context.encode()


def fact(stored: F, keys: Keys, given: Mapping[str, str]) -> F:
    """A fact, opened; `given`: names of streams as they were asked for."""
    if not (has_any(stored.state) or names_token(stored.stream) or names_token(stored.station)):
        return stored
    return stored._replace(
        stream=given.get(stored.stream) or named(stored.stream, keys),
        station=named(stored.station, keys),
        state=opened(stored.state, keys),
    )


def snapshot(stored: StoredSnapshot, keys: Keys, given: Mapping[str, str]) -> StoredSnapshot:
    """A snapshot, opened."""
    stream = given.get(stored.stream, stored.stream)
    if not has_any(stored.state):
        return stored._replace(stream=stream) if stream != stored.stream else stored
    state = snapshots.visited(stored.state, lambda text, _: _opened_text(text, keys))
    return stored._replace(stream=stream, state=state)


def entries(stored: Sequence[JournalEntry], keys: Keys) -> list[JournalEntry]:
    """Journal entries, opened."""
    return [_entry(each, keys) for each in stored]


def _entry(stored: JournalEntry, keys: Keys) -> JournalEntry:
    if not (names_token(stored.station) or any(has_any(text) for text in _texts(stored))):
        return stored
    return stored._replace(
        station=named(stored.station, keys),
        payload=opened(stored.payload, keys),
        answer=opened(stored.answer, keys),
        deviations=_opened_text(stored.deviations, keys),
        context=_opened_text(stored.context, keys),
    )


def named(name: str, keys: Keys) -> str:
    """A stream or a subject by its tag, by its pseudonym when that is forgotten."""
    key = keys.get(tag_of(name)) if names_token(name) else None
    return renamed(name, key.tag) if key and key.tag else name


def _opened_text(text: str, keys: Keys) -> str:
    raw = text.encode(errors="replace")
    return opened(raw, keys).decode(errors="replace") if has_any(raw) else text
