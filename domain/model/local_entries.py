"""What is on a local list (OCPP 1.6 section 3.5.2), and how one list becomes another."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from domain.model.values import folded


class Entry(NamedTuple):
    """What a station is told of a token. As a change, a `status` of "" has it forget the token."""

    id_tag: str
    status: str = "Accepted"
    expires_at: str = ""  # as on the wire, in UTC; "" for never
    parent: str = ""


Entries = Mapping[str, Entry]  # by folded tag: two spellings are one entry


def keyed(entries: Iterable[Entry]) -> dict[str, Entry]:
    """A list of these; of several entries for a tag the last one."""
    return {folded(entry.id_tag): entry for entry in entries}


def amended(entries: Entries, changes: Iterable[Entry]) -> dict[str, Entry]:
    """The list after changes."""
    after = {**entries, **keyed(changes)}
    return {tag: entry for tag, entry in after.items() if entry.status}


def difference(before: Entries, after: Entries) -> tuple[Entry, ...]:
    """The changes that make a list another one, removals first: they make room."""
    gone = [Entry(entry.id_tag, "") for tag, entry in before.items() if tag not in after]
    told = [entry for tag, entry in after.items() if not _says(before.get(tag), entry)]
    return (*gone, *told)


def _says(known: Entry | None, entry: Entry) -> bool:
    """Whether an entry says this already: how its tag is spelled says nothing."""
    return known is not None and known[1:] == entry[1:]


def written(entries: Iterable[Entry]) -> str:
    """Entries or changes as the JSON text that facts hold."""
    return json.dumps([list(entry) for entry in entries], ensure_ascii=False)


def read(text: str) -> tuple[Entry, ...]:
    """What `written` wrote."""
    return tuple(Entry(*values) for values in json.loads(text))
