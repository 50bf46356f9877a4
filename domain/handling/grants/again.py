"""A record that could not be handled is decided once more, with the code of today."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from domain import wire
from domain.handling import delivery, dues, frames
from domain.handling.grants.grant import Asking
from domain.handling.message import Message
from domain.journal import Unrevivable, revive
from domain.log import JournalEntry
from domain.model.aggregate import Refused
from domain.model.case_operations import Record
from domain.ocpp.version import Versions

_PREPARE: Mapping[type, Callable[[Any, Versions], Message]] = MappingProxyType(
    {
        wire.Received: frames.prepare,
        wire.Sent: delivery.Progress,
        wire.Returned: delivery.Progress,
        wire.TimedOut: delivery.Progress,
        wire.Due: dues.Firing,
    }
)


def decide(record: Record, asking: Asking, *, frame: str) -> bytes:
    """What it is answered, which nobody waits for. Its facts are of now.

    `frame` is the key it must have, "" for any. Raises Refused, and what the handling raises.
    """
    scope, came = asking.scope, _revived(record, asking.scope.station_id)
    if wire.key_of(came) != scope.station_id or frame not in ("", record.key):
        raise Refused("this is the record of another case", Refused.INVALID)
    prepare = _PREPARE.get(type(came))
    if prepare is None:
        raise Refused(
            f"a record of the kind {record.kind} is of its moment: it cannot be decided again,"
            " only wished or dismissed"
        )
    message = prepare(came, asking.versions)
    scope.repository.prefetch(message.needs)  # tokens as they are now
    return message.decide(scope).answer


def _revived(record: Record, station: str) -> wire.Inbound:
    entry = JournalEntry(
        key=record.key,
        station=station,
        kind=record.kind,
        direction="in",
        connection=0,
        node=record.node,
        message_id="",
        action="",
        payload=record.payload.encode(),
        answer=b"",
        deviations="",
        received_at=record.received_at,
        decided_at=record.received_at,
        context=record.context,
    )
    try:
        return revive(entry)
    except Unrevivable:
        raise Refused(
            "its journal row is of an earlier release: it can only be dismissed"
        ) from None
