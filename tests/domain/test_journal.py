"""What the journal keeps of a record is enough to decide it again."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from domain import wire
from domain.csms import KINDS, key_of
from domain.journal import Unrevivable, context, context_of, revive
from domain.log import JournalEntry

NOON = datetime(2026, 5, 1, 12, 0, 0, 123000, tzinfo=UTC)
HERE: Any = {"station": "CP1", "connection": 0xABC, "at": NOON}
RECORDS: list[wire.Inbound] = [
    wire.Opened(
        node="g1", protocol="ocpp1.6", remote="10.0.0.1", profile=3, certificate="ab", **HERE
    ),
    wire.Closed(node="g1", code=1006, reason="gone", **HERE),
    wire.Received(node="g1", seq=7, protocol="ocpp1.6", frame=b'[2,"1","Heartbeat",{}]', **HERE),
    wire.Received(node="g1", seq=8, protocol="ocpp2.0.1", frame=b"[]", **HERE),
    wire.Knocked(node="g1", protocol="ocpp1.6", remote="10.0.0.1", **HERE),
    wire.Barred(node="g1", remote="10.0.0.1", reason="wrong password", **HERE),
    wire.Sent(call="c-1", **HERE),
    wire.Returned(call="c-1", reason="gone", **HERE),
    wire.TimedOut(call="c-1", reason="silence", **HERE),
    wire.Wish(
        id="w-1",
        key="CP1",
        name="UnlockConnector",
        body=b'{"a":1}',
        by="ann",
        at=NOON,
        origin="::1",
    ),
    wire.Due(id="d-1", key="CP1", name="expire_call", subject="c-1", at=NOON),
]


def entry(record: wire.Inbound, seen: dict[str, int], **changes: Any) -> JournalEntry:
    made = JournalEntry(
        key=key_of(record),
        station=wire.key_of(record),
        kind=KINDS[type(record)],
        direction="in",
        connection=getattr(record, "connection", 0),
        node=getattr(record, "node", ""),
        message_id="",
        action="",
        payload=getattr(record, "frame", getattr(record, "body", b"")),
        answer=b"",
        deviations="",
        received_at=NOON,
        decided_at=NOON,
        context=context_of(record, seen),
    )
    return made._replace(**changes)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: type(record).__name__)
@pytest.mark.parametrize("seen", [{}, {"token:ann": 0, "token:bob": 3}])
def test_a_record_comes_back_from_its_row(record: wire.Inbound, seen: dict[str, int]) -> None:
    row = entry(record, seen)
    assert revive(row) == record
    assert context(row).seen == seen


def test_an_ordinary_frame_needs_no_context() -> None:
    assert entry(RECORDS[2], {}).context == ""


def test_nobody_waits_for_the_reply_to_a_wish_that_is_decided_again() -> None:
    wish = msgspec.structs.replace(RECORDS[9], reply_to="desk.1")
    assert revive(entry(wish, {})) == RECORDS[9]


def test_a_body_is_taken_from_the_row_which_holds_no_secret() -> None:
    row = entry(RECORDS[9], {}, payload=b'{"a":"***"}')
    assert revive(row) == msgspec.structs.replace(RECORDS[9], body=b'{"a":"***"}')


def test_a_row_of_an_earlier_release_may_not_say_enough() -> None:
    with pytest.raises(Unrevivable, match="CP1 w-1"):
        revive(entry(RECORDS[9], {}, context=""))
