"""What was stored before personal data was sealed, as it would be stored today."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import orjson

from domain.log import JournalEntry, StoredFact
from domain.model.numbering import Numbering
from domain.model.transaction import Start
from domain.ports import Keyring
from domain.sealing import writing

_START = "start:"
Told = Mapping[str, bytes]  # the first fact of transactions, by stream


def numbered(facts: Sequence[StoredFact]) -> list[str]:
    """The transactions that it takes to name the starts among some facts."""
    return [_transaction(each) for each in facts if _is_start(each)]


def caused(facts: Sequence[StoredFact]) -> dict[str, str]:
    """When the facts were caused that do not say by whose record, by their cause."""
    lacking = (each for each in facts if each.cause and not each.station)
    return {each.cause: str(orjson.loads(each.state)["timestamp"]) for each in lacking}


def sealed_facts(
    facts: Sequence[StoredFact], keyring: Keyring, *, started: Told, stations: Mapping[str, str]
) -> list[StoredFact]:
    """Facts as they are stored today; `stations` by cause."""
    told = [_named(each, started, stations) for each in facts]
    drafts = [writing.draft_fact(each) for each in told]
    keys = keyring.of_tags({t for d in drafts if d for t in d.tags()}, create=True)
    return [d.sealed(keys) if d else f for d, f in zip(drafts, told, strict=True)]


def sealed_entries(entries: Sequence[JournalEntry], keyring: Keyring) -> list[JournalEntry]:
    """Journal entries as they are stored today."""
    drafts = [writing.draft_entry(each) for each in entries]
    keys = keyring.of_tags({t for d in drafts if d for t in d.tags()}, create=True)
    return [d.sealed(keys) if d else e for d, e in zip(drafts, entries, strict=True)]


def _named(fact: StoredFact, started: Told, stations: Mapping[str, str]) -> StoredFact:
    station = fact.station or stations.get(fact.cause, "")
    state = started.get(_transaction(fact)) if _is_start(fact) else None
    stream = Numbering.id_of(_start(state)) if state else fact.stream
    return fact._replace(stream=stream, station=station)


def _is_start(fact: StoredFact) -> bool:
    return fact.stream.startswith(_START) and ":token:" not in fact.stream


def _transaction(fact: StoredFact) -> str:
    return f"transaction:{orjson.loads(fact.state)['number']}"


def _start(state: bytes) -> Start:
    told = orjson.loads(state)
    return Start(
        station=told["station"],
        connector=told["connector"],
        id_tag=told["id_tag"],
        meter_wh=told["meter_start_wh"],
        started_at=datetime.fromisoformat(told["started_at"]),
    )
