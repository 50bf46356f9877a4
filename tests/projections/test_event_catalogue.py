"""Every fact has a public meaning or is named here with the reason why it has none."""

import json
import re
from pathlib import Path

import msgspec
import pytest

from domain import facts
from domain.log import Notification
from projections.events import catalogue
from projections.events.document import document
from projections.events.schemas import schemas

GOLDEN = Path(__file__).parents[1] / "domain" / "golden_facts.jsonl"

_BEGINNING = "a stream begins; what it begins with has an event"
_BOOKKEEPING = "another event tells it; this is for our own decisions"
_WISH = "what an operator wants; there is an event when it happens"
_PRIVATE = "quotes what may be personal: the API and the journal have it"
_STEP = "a step on the way; how it ends has an event"
_OF_PROOFS = "what an operator vouches for is told where it counts: in proofs"
INTERNAL = {
    "access.begun": _BEGINNING,
    "access.deferred": _STEP,
    "access.doubted": _STEP,
    "access.dropped": _STEP,
    "access.emptied": _BOOKKEEPING,
    "access.offered": _STEP,
    "access.turned_away": "the security event tells it",
    "access.upgrade_dropped": _STEP,
    "access.upgrade_expected": _STEP,
    "audit.acted": "who did what is for administrators, and people's names cannot be taken back",
    "call.returned": _STEP,
    "charging.begun": _BEGINNING,
    "charging.promise_dropped": _STEP,
    "charging.promised": _STEP,
    "configuration.asked": _STEP,
    "configuration.automatic_set": _WISH,
    "configuration.begun": _BEGINNING,
    "configuration.change_failed": "the event of its call tells it",
    "configuration.change_requested": "the event of its call tells it",
    "configuration.desire_dropped": _WISH,
    "configuration.reboot_awaited": _STEP,
    "connector.freed": "the event of the transaction tells it",
    "connector.taken": "the event of the transaction tells it",
    "enrolment.approved": _STEP,
    "enrolment.begun": _BEGINNING,
    "enrolment.offered": _STEP,
    "list_update.abandoned": _STEP,
    "list_update.advanced": _STEP,
    "list_update.begun": _BEGINNING,
    "list_update.finished": _STEP,
    "list_update.planned": _STEP,
    "local_list.begun": _BEGINNING,
    "local_list.conflicted": "the event of the connector's status tells it",
    "local_list.doubted": _BOOKKEEPING,
    "local_list.fallback_switched": _WISH,
    "maintenance.begun": _BEGINNING,
    "maintenance.boot_seen": "the event of the boot tells it",
    "meter_key.begun": _BEGINNING,
    "meter_key.entered": _OF_PROOFS,
    "meter_key.withdrawn": _OF_PROOFS,
    "numbering.given": _BOOKKEEPING,
    "profile.created": _WISH,
    "profile.removed": _WISH,
    "profile.saved": _WISH,
    "quarantine.failed_again": _STEP,
    "reservation.cancel_answered": _STEP,
    "reservation.cancel_failed": "the event of its call tells it",
    "reservation.cancel_requested": _STEP,
    "reservation.named": _BEGINNING,
    "revocation.asked": _STEP,
    "revocation.asked_again": _STEP,
    "revocation.failed": _STEP,
    "schedule.begun": _BEGINNING,
    "station.charging_managed": _BOOKKEEPING,
    "station.deviated": _PRIVATE,
    "station.disconnect_wished": _WISH,
    "station.reserved": _BOOKKEEPING,
    "station.trigger_accepted": _STEP,
    "station.triggered": "the message that was triggered has an event",
    "station.triggers_lapsed": _BOOKKEEPING,
    "station.unreserved": _BOOKKEEPING,
    "stranger.noticed": _BEGINNING,
    "token.issued": _BEGINNING,
    "token.released": "the event of the transaction tells it",
    "token.mentioned": "of a token nobody issued: the event that it was forgotten follows",
    "token.used": "the event of the transaction tells it",
    "trust.begun": _BEGINNING,
    "trust.doubted": _STEP,
    "trust.failed": "the event of its call tells it",
    "trust.reported": _STEP,
}
_STREAMS = {
    "connector": "connector:C/1:2",
    "reservation": "reservation:C/1:7",
    "schedule": "schedule:C/1:2",
    "transaction": "transaction:7",
}
_JSON = {
    "samples": '[{"value": "12.5", "unit": "kWh"}, {"value": "OCMF|TAG", "format": "SignedData"}]',
    "keys": '[{"key": "K", "readonly": true, "value": "SECRET"}]',
    "unknown": '["U"]',
    "entries": '[["TAG", "Accepted", "", ""]]',
    "content": '{"stackLevel": 1}',
    "schedule": '{"chargingRateUnit": "A"}',
}


def golden():
    for line in GOLDEN.read_text().splitlines():
        stored = json.loads(line)
        subject, state = stored["topic"].partition(".")[0], stored["state"]
        state |= {name: text for name, text in _JSON.items() if state.get(name) == "text"}
        if stored["topic"] == "campaign.created":
            state["stations"] = '["C/1", "C/2"]'
        stream = _STREAMS.get(subject, f"{subject}:C/1")
        content = json.dumps(state).encode()
        yield Notification(9, stream, stored["version"], stored["topic"], content, "key", "C/1")


def told(topic):
    (event,) = (catalogue.public(each, "/s") for each in list(golden()) if each.topic == topic)
    assert event is not None
    return json.loads(event.body)


def test_every_fact_is_an_event_or_there_is_a_reason_why_not():
    assert set(facts.TOPICS) == set(catalogue.BY_TOPIC) | set(INTERNAL)
    assert not set(catalogue.BY_TOPIC) & set(INTERNAL)


def test_every_fact_of_every_version_can_be_told_and_is_as_its_schema_says():
    seen = set()
    for noted in golden():
        event = catalogue.public(noted, "/ampledger/test")
        assert (event is None) == (noted.topic in INTERNAL)
        if event:
            seen.add(noted.topic)
            body = json.loads(event.body)
            assert body["dataschema"] == schemas()[event.type]["$id"]
            msgspec.convert(body["data"], catalogue.TYPES[event.type])
            assert set(body["data"]) == set(schemas()[event.type].get("properties", {}))
    assert seen == set(catalogue.BY_TOPIC)


def test_an_event_is_a_cloud_event():
    assert told("transaction.started") == {
        "specversion": "1.0",
        "id": "9",
        "source": "/s",
        "type": "ampledger.transaction.started.v1",
        "subject": "transaction/7",
        "time": "2026-05-01T12:00:00.000005Z",
        "datacontenttype": "application/json",
        "dataschema": "urn:ampledger:schema:ampledger.transaction.started.v1",
        "station": "text",
        "position": "9",
        "data": {
            "transaction": 7,
            "connector": 7,
            "token": "text",
            "meter_start_wh": 7,
            "started_at": "2026-05-01T12:00:00.000005Z",
            "reservation": 7,
        },
    }


def test_what_may_hold_secrets_or_names_stays_behind():
    everything = b"".join(e.body for each in golden() if (e := catalogue.public(each)))
    for secret in (b"SECRET", b"TAG"):
        assert secret not in everything
    members = {name for data in catalogue.TYPES.values() for name in data.__struct_fields__}
    assert not members & {"by", "payload", "remote", "note", "value", "credential", "detail"}


def test_a_signed_value_is_counted_and_not_told():
    data = told("meter.read")["data"]
    assert data["samples"] == [{"value": "12.5", "unit": "kWh"}]
    assert data["signed"] == 1


def test_an_event_of_no_station_says_none():
    assert "station" not in told("token.withdrawn")


def test_types_are_chosen_one_by_one_or_by_their_beginning():
    assert catalogue.topics_of(["ampledger.meter.read.v1"]) == ("meter.read",)
    chosen = catalogue.topics_of(["ampledger.reservation.ended.*", "ampledger.station.booted.v1"])
    assert chosen == (
        *("reservation.cancelled", "reservation.ended", "reservation.expired"),
        *("reservation.used", "station.booted"),
    )
    assert set(catalogue.topics_of([])) == set(catalogue.BY_TOPIC)
    for strange in ("ampledger.meter.read.v2", "meter.*", ""):
        with pytest.raises(catalogue.UnknownType):
            catalogue.topics_of([strange])


def test_a_type_is_named_in_lower_case_with_its_version():
    for name, data in catalogue.TYPES.items():
        assert re.fullmatch(r"ampledger\.[a-z_]+\.[a-z_]+\.v[1-9]", name)
        assert data.__doc__
        assert data.__doc__.endswith(".")


def test_the_page_of_the_documentation_is_the_catalogue():
    page = Path(__file__).parents[2] / "docs" / "events.md"
    assert page.read_text() == document(), "python -m projections.events.document > docs/events.md"
