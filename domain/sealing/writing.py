"""A commit on its way into the log: all tags in it are found first, keys asked for once."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.log import JournalEntry, StoredFact, StoredSnapshot
from domain.model.meter import Meter
from domain.ports import TokenKey
from domain.sealing import personal, snapshots
from domain.sealing.literals import escaped, has_any, reference, seal
from domain.sealing.names import names_token, renamed, tag_of
from domain.sealing.personal import Span

Keys = Mapping[str, TokenKey]  # by folded tag
_LISTED = frozenset({"local_list.replaced", "local_list.amended"})  # topics with entries
_READINGS = Meter.Read.TOPIC


class Found(NamedTuple):
    """A text that cannot be stored as it is: what in it is personal."""

    text: bytes
    spans: list[Span]


def search(text: bytes, *, owner: str = "", rows: bool = False) -> Found | None:
    """What is to be done to a text; None when it is stored as it is."""
    spans = personal.find(text, owner=owner, rows=rows) if text else []
    return Found(text, spans) if spans or has_any(text) else None


def sealed(found: Found, keys: Keys) -> bytes:
    """The text as it is stored. What has no secret is a pseudonym itself."""
    parts, place = [], 0
    for start, end, tag, quote, is_named in found.spans:
        key = keys[tag]
        if key.secret:
            content = found.text[start:end]
            literal = reference(key) if is_named else seal(content, key, bare=bool(quote))
            parts += [escaped(found.text[place:start]), quote, literal, quote]
            place = end
    parts.append(escaped(found.text[place:]))
    return b"".join(parts)


class FactDraft(NamedTuple):
    """A fact, and what is personal in it."""

    fact: StoredFact
    state: Found | None

    def tags(self) -> Iterable[str]:
        """Whose keys it takes."""
        yield from filter(None, (tag_of(self.fact.stream), tag_of(self.fact.station)))
        if self.state:
            yield from (span.tag for span in self.state.spans)

    def sealed(self, keys: Keys) -> StoredFact:
        """As it is stored."""
        state = sealed(self.state, keys) if self.state else self.fact.state
        stream, station = named(self.fact.stream, keys), named(self.fact.station, keys)
        return self.fact._replace(stream=stream, station=station, state=state)


class EntryDraft(NamedTuple):
    """A journal entry, and what is personal in it."""

    entry: JournalEntry
    payload: Found | None
    answer: Found | None
    deviations: Found | None
    context: Found | None

    def tags(self) -> Iterable[str]:
        """Whose keys it takes."""
        if tag := tag_of(self.entry.station):
            yield tag
        for found in (self.payload, self.answer, self.deviations, self.context):
            if found:
                yield from (span.tag for span in found.spans)

    def sealed(self, keys: Keys) -> JournalEntry:
        """As it is stored."""
        entry = self.entry
        return entry._replace(
            station=named(entry.station, keys),
            payload=sealed(self.payload, keys) if self.payload else entry.payload,
            answer=sealed(self.answer, keys) if self.answer else entry.answer,
            deviations=_text(self.deviations, keys, entry.deviations),
            context=_text(self.context, keys, entry.context),
        )


def draft_fact(fact: StoredFact) -> FactDraft | None:
    """What is to be done to a fact; None when it is stored as it is."""
    if fact.topic == _READINGS and b"OCMF" not in fact.state and not has_any(fact.state):
        return None  # most of all that is written: it holds no tag
    owner = tag_of(fact.stream) if fact.stream.startswith("token:") else ""
    state = search(fact.state, owner=owner, rows=fact.topic in _LISTED)
    if state or names_token(fact.stream) or names_token(fact.station):
        return FactDraft(fact, state)
    return None


def draft_entry(entry: JournalEntry) -> EntryDraft | None:
    """What is to be done to a journal entry; None when it is stored as it is."""
    owner = tag_of(entry.station)
    deviations = entry.deviations.encode(errors="replace")
    context = entry.context.encode(errors="replace")
    together = b"\n".join((entry.payload, entry.answer, deviations, context))
    if not (owner or has_any(together) or personal.may_be_personal(together)):
        return None
    found = (
        search(entry.payload, owner=owner),
        search(entry.answer, owner=owner),
        search(deviations),
        search(context),
    )
    return EntryDraft(entry, *found) if owner or any(found) else None


def snapshot_tags(snapshot: StoredSnapshot) -> set[str]:
    """Whose keys a snapshot takes."""
    tags = {tag_of(snapshot.stream)} - {""}

    def _note(text: str, whole: bool) -> str:  # noqa: FBT001 - of one type
        if whole and text:
            tags.add(personal.tag_in(text))
        elif not whole:
            tags.update(span.tag for span in personal.find(text.encode(errors="replace")))
        return text

    if snapshots.may_be_personal(snapshot.state, snapshot.topic):
        snapshots.visited(snapshot.state, _note)
    return tags


def sealed_snapshot(snapshot: StoredSnapshot, keys: Keys) -> StoredSnapshot:
    """As it is stored."""
    if not (keys or has_any(snapshot.state)):
        return snapshot

    def _seal(text: str, whole: bool) -> str:  # noqa: FBT001 - of one type
        raw = text.encode(errors="replace")
        if whole and text:
            span = Span(0, len(raw), personal.tag_in(text))
            return sealed(Found(raw, [span]), keys).decode()
        found = search(raw)
        return sealed(found, keys).decode() if found else text

    state = snapshots.visited(snapshot.state, _seal)
    return snapshot._replace(stream=named(snapshot.stream, keys), state=state)


def named(name: str, keys: Keys) -> str:
    """A stream or a subject as it is stored."""
    tag = tag_of(name)
    return renamed(name, keys[tag].pseudonym) if tag else name


def _text(found: Found | None, keys: Keys, plain: str) -> str:
    return sealed(found, keys).decode() if found else plain
