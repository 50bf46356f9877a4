"""From inbound records to what the journal keeps beside the payload, and back.

A journal row says what a decision was made of: the record as it came, without secrets, and which
versions of the streams that other writers share were known. `revive` gives the record back, so that
it can be decided again.
"""

from collections.abc import Mapping

import msgspec

from domain import wire
from domain.log import JournalEntry

_PROTOCOL = "ocpp1.6"  # what frames say unless they say otherwise
_SENT = "sent:"  # how keys of calls that were written begin


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row holds in `context`, as JSON; "" when all of it is as usual."""

    record: msgspec.Raw = msgspec.Raw()  # all but the payload; frames have none
    protocol: str = _PROTOCOL  # of a frame
    seen: dict[str, int] = {}  # versions of shared streams that were known; 0: there was none


class Unrevivable(Exception):
    """A row that does not say enough to be decided again: written before rows had a context."""


def context_of(record: wire.Inbound, seen: Mapping[str, int]) -> str:
    """The context of a row, as JSON."""
    if isinstance(record, wire.Received):
        if not seen and record.protocol == _PROTOCOL:
            return ""
        return _written(Context(protocol=record.protocol, seen=dict(seen)))
    return _written(Context(record=_without_payload(record), seen=dict(seen)))


def context(entry: JournalEntry) -> Context:
    """The context of a row, read."""
    return msgspec.json.decode(entry.context, type=Context) if entry.context else Context()


def revive(entry: JournalEntry) -> wire.Inbound:
    """The record a row was written for; nobody waits for a reply any more.

    Raises Unrevivable when the row does not say enough.
    """
    if entry.kind == "frame" and not entry.key.startswith(_SENT):
        return _received(entry)
    known = context(entry)
    if not bytes(known.record):
        raise Unrevivable(f"{entry.station} {entry.key}")
    record: wire.Inbound = msgspec.json.decode(known.record, type=wire.Inbound)
    if isinstance(record, wire.Wish):
        return msgspec.structs.replace(record, body=entry.payload)
    return record


def _received(entry: JournalEntry) -> wire.Received:
    connection, _, seq = entry.key.partition(".")
    return wire.Received(
        station=entry.station,
        connection=int(connection, 16),
        seq=int(seq),
        node=entry.node,
        protocol=context(entry).protocol,
        at=entry.received_at,
        frame=entry.payload,
    )


def _without_payload(record: wire.Inbound) -> msgspec.Raw:
    if isinstance(record, wire.Wish):
        record = msgspec.structs.replace(record, body=b"", reply_to="")
    return msgspec.Raw(msgspec.json.encode(record))


def _written(known: Context) -> str:
    return msgspec.json.encode(known).decode()
