"""Each read model by its rows."""

from datetime import timedelta

import orjson
import pytest

from domain import wire
from domain.model.connector import Connector
from domain.model.meter import Meter
from domain.model.quarantine import Quarantine
from domain.model.stranger import Stranger
from domain.model.token import Permit, Token
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Boot, Standing, Verdict
from projections import (
    calls,
    connectors,
    meter_values,
    presence,
    quarantine,
    stations,
    strangers,
    tokens,
    transactions,
)
from projections.engines import writing
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


def _started(number=17, *, meter_wh=1000, id_tag="Abc", station="CP1"):
    start = Start(station, 1, id_tag, meter_wh, NOON - timedelta(hours=1), reservation=3)
    return Transaction.start(number, start, at=NOON)


def _read(meter, samples, *, register_wh=None, transaction=None, after=0):
    text = samples if isinstance(samples, str) else orjson.dumps(samples).decode()
    meter.read(
        text,
        station="CP1",
        connector=1,
        transaction=transaction,
        sampled_at=NOON + timedelta(seconds=after),
        register_wh=register_wh,
        source="MeterValues",
        at=NOON,
    )


# --- stations ---


def test_a_station_is_shown_as_registered_connected_and_booted(scene):
    station = scene.registered(note="garage", security_profile=1, credential="k1")
    scene.connect(station, connection=5)
    station.boot(Boot("Vend", "Mod", firmware_version="1.2"), at=NOON)
    scene.tell(station)
    row = scene.shown(stations.find, "CP1")
    assert (row.registered, row.note, row.credential) == (True, "garage", "k1")
    assert (row.online, row.connection, row.node, row.connected_at) == (True, 5, "g1", NOON)
    assert (row.vendor, row.firmware_version, row.boot_status) == ("Vend", "1.2", "Accepted")
    assert (row.first_position, row.last_position) == (1, 4)


def test_a_station_that_went_away_tells_why(scene):
    station = scene.connected()
    station.disconnect(5, code=1006, reason="gone", at=scene.later(60))
    scene.tell(station)
    row = scene.shown(stations.find, "CP1")
    assert (row.online, row.disconnect_code, row.disconnect_reason) == (False, 1006, "gone")
    assert row.disconnected_at == scene.now


def test_a_removed_station_is_found_but_not_listed(scene):
    station = scene.registered()
    station.remove(by="olga", at=NOON)
    scene.tell(station)
    assert scene.shown(stations.listed) == []
    assert not scene.read(stations.find, "CP1").registered


def test_stations_are_searched_in_any_case_and_paged(scene):
    scene.tell(*(scene.registered(f"CP{i}", note=f"Berlin_{i}") for i in range(4)))
    scene.tell(scene.connected("X9"))
    page = scene.shown(stations.listed, search="BERLIN_", limit=2)
    assert [row.id for row in page] == ["CP0", "CP1"]
    rest = scene.read(stations.listed, search="berlin", after="CP1")
    assert [row.id for row in rest] == ["CP2", "CP3"]
    assert [row.id for row in scene.read(stations.listed, online=True)] == ["X9"]
    assert scene.read(stations.listed, search="%") == []


def test_the_last_frame_is_joined_from_presence(scene):
    scene.tell(scene.connected())
    lease = wire.Lease(node="g1", until=NOON, seen=(("CP1", 5, NOON + timedelta(seconds=7)),))
    with writing(scene.engine) as connection:
        presence.record(connection, [lease])
        presence.record(connection, [wire.Lease(node="g1", until=NOON, seen=(("CP1", 5, NOON),))])
    assert scene.shown(stations.find, "CP1").last_frame_at == NOON + timedelta(seconds=7)


# --- strangers ---


def test_a_stranger_is_listed_until_it_is_registered(scene):
    stranger = Stranger.notice("CP9", at=NOON)
    stranger.knock("ocpp1.6", "10.0.0.9", at=NOON)
    stranger.knock("ocpp2.0.1", "10.0.0.9", at=scene.later(5))
    scene.tell(stranger)
    [row] = scene.shown(strangers.listed)
    assert (row.id, row.knocks, row.protocol) == ("CP9", 2, "ocpp2.0.1")
    assert (row.first_knocked_at, row.last_knocked_at) == (NOON, scene.now)
    station = scene.registered("CP9")
    scene.tell(station)
    assert scene.shown(strangers.listed) == []
    station.remove(by="olga", at=NOON)
    scene.tell(station)
    assert [row.id for row in scene.shown(strangers.listed)] == ["CP9"]


# --- connectors ---


def test_a_connector_shows_its_latest_status_and_who_charges(scene):
    connector = Connector.appear("CP:1", 2, at=NOON)
    connector.report("Charging", "NoError", ["i", "v", "c"], reported_at=NOON, at=NOON)
    old = NOON - timedelta(hours=1)
    connector.report("Faulted", "OtherError", ["", "", ""], reported_at=old, at=NOON)
    connector.take(17, at=NOON)
    scene.tell(Connector.appear("CP:1", 0, at=NOON), connector)
    zero, two = scene.shown(connectors.listed, station="CP:1")
    assert (zero.number, zero.status) == (0, "")
    assert (two.status, two.info, two.vendor_error_code, two.transaction) == (
        "Charging",
        "i",
        "c",
        17,
    )
    connector.free(17, at=NOON)
    scene.tell(connector)
    assert scene.shown(connectors.listed, station="CP:1")[1].transaction is None


# --- transactions ---


def test_an_open_transaction_grows_with_its_readings(scene):
    transaction = _started()
    transaction.judge(Verdict(Standing.BLOCKED, parent="boss"), at=NOON)
    meter = Meter.resume(Meter.of_transaction(17), [], at=NOON)
    _read(meter, [{"value": "1400"}], register_wh=1400)
    scene.tell(transaction, meter)
    row = scene.shown(transactions.find, 17)
    assert (row.state, row.standing, row.parent, row.reservation) == ("open", "Blocked", "boss", 3)
    assert (row.last_meter_wh, row.energy_wh, row.meter_stop_wh) == (1400, 400, None)


def test_a_stopped_transaction_has_energy_and_duration(scene):
    transaction = _started()
    transaction.stop(Stop(3500, NOON, "EVDisconnected", "Abc"), at=scene.later(9))
    late = Meter.resume(Meter.of_transaction(17), [], at=NOON)
    _read(late, [{"value": "9"}], register_wh=9000)
    scene.tell(transaction, late)
    row = scene.shown(transactions.find, 17)
    assert (row.state, row.energy_wh, row.duration_s) == ("stopped", 2500, 3600)
    assert (row.stop_reason, row.stop_id_tag) == ("EVDisconnected", "Abc")
    assert (row.stopped_at, row.stop_received_at) == (NOON, scene.now)


def test_a_meter_or_clock_that_went_backwards_yields_no_figure(scene):
    transaction = _started(meter_wh=5000)
    transaction.stop(Stop(10, NOON - timedelta(days=1)), at=NOON)
    scene.tell(transaction)
    row = scene.shown(transactions.find, 17)
    assert (row.energy_wh, row.duration_s, row.meter_stop_wh) == (None, None, 10)


def test_a_closed_transaction_is_provisional_until_its_stop(scene):
    transaction = _started()
    transaction.close(reason="superseded", by="", meter_wh=1200, at=NOON)
    scene.tell(transaction)
    row = scene.shown(transactions.find, 17)
    assert (row.state, row.energy_wh, row.closed_reason) == ("closed", 200, "superseded")
    transaction.stop(Stop(1300, NOON), at=NOON)
    scene.tell(transaction)
    row = scene.shown(transactions.find, 17)
    assert (row.state, row.energy_wh, row.closed_reason) == ("stopped", 300, "superseded")


def test_transactions_are_listed_newest_first_by_what_is_asked(scene):
    scene.tell(_started(90), _started(7, id_tag="ABC"), _started(8, station="CP2", id_tag="x"))
    stopped = _started(9)
    stopped.stop(Stop(1300, NOON), at=NOON)
    scene.tell(stopped)

    def numbers(**asked):
        return [row.number for row in scene.shown(transactions.listed, **asked)]

    assert numbers() == [9, 8, 7, 90]
    assert numbers(id_tag="aBC") == [9, 7, 90]
    assert numbers(station="CP2") == [8]
    assert numbers(open=True, limit=2) == [8, 7]
    assert numbers(open=False) == [9]
    seven = scene.read(transactions.find, 7)
    assert numbers(before=seven.first_position) == [90]


# --- meter values ---


def test_a_sampled_value_shows_the_defaults_of_the_specification(scene):
    meter = Meter.resume(Meter.of_transaction(17), [], at=NOON)
    full = {
        "value": "12.5",
        "measurand": "Power.Active.Import",
        "phase": "L1",
        "context": "Transaction.Begin",
        "location": "EV",
        "unit": "kW",
    }
    _read(meter, [{"value": "1000"}, full], transaction=17)
    scene.tell(_started(), meter)
    first, second = scene.shown(meter_values.of_transaction, 17)
    assert (first.measurand, first.unit) == ("Energy.Active.Import.Register", "Wh")
    assert (first.context, first.location, first.format) == ("Sample.Periodic", "Outlet", "Raw")
    assert (first.value, first.raw, first.phase, first.index) == (1000.0, "1000", "", 0)
    assert (second.value, second.unit, second.phase, second.index) == (12.5, "kW", "L1", 1)
    assert (second.context, second.location) == ("Transaction.Begin", "EV")


@pytest.mark.parametrize(
    ("sample", "raw"),
    [
        ({"value": "12", "format": "SignedData"}, "12"),
        ({"value": ""}, ""),
        ({"value": "nan"}, "nan"),
        ({"value": "1_0"}, "1_0"),
        ({"value": "viel"}, "viel"),
        ({}, ""),
        ({"value": None}, ""),
        ({"value": ["x"]}, '["x"]'),
    ],
)
def test_what_is_no_number_stays_text(scene, sample, raw):
    meter = Meter.resume(Meter.of_connector("CP1", 1), [], at=NOON)
    _read(meter, [sample])
    scene.tell(meter)
    [row] = scene.shown(meter_values.of_station, "CP1")
    assert (row.value, row.raw, row.transaction) == (None, raw, None)


def test_a_number_that_is_no_string_is_read_all_the_same(scene):
    meter = Meter.resume(Meter.of_connector("CP1", 1), [], at=NOON)
    _read(meter, [{"value": 7.5}])
    scene.tell(meter)
    [row] = scene.shown(meter_values.of_station, "CP1")
    assert (row.value, row.raw) == (7.5, "7.5")


@pytest.mark.parametrize("samples", ["[", "7", '["x"]', "null"])
def test_samples_that_are_none_leave_no_row(scene, samples):
    meter = Meter.resume(Meter.of_connector("CP1", 1), [], at=NOON)
    _read(meter, samples)
    scene.tell(meter)
    assert scene.shown(meter_values.of_station, "CP1") == []


def test_values_of_a_station_come_newest_first(scene):
    meter = Meter.resume(Meter.of_connector("CP1", 1), [], at=NOON)
    for after in range(3):
        _read(meter, [{"value": str(after)}], transaction=99, after=after)
    scene.tell(meter)
    rows = scene.shown(meter_values.of_station, "CP1", connector=1, limit=2)
    assert [row.raw for row in rows] == ["2", "1"]
    assert {row.claimed_transaction for row in rows} == {99}
    older = scene.read(meter_values.of_station, "CP1", before=rows[-1].position)
    assert [row.raw for row in older] == ["0"]
    assert scene.read(meter_values.of_station, "CP1", measurand="Voltage") == []
    assert len(scene.read(meter_values.of_station, "CP1", in_transaction=False)) == 3
    assert scene.read(meter_values.of_station, "CP1", in_transaction=True) == []


def test_a_nul_in_what_a_station_wrote_stops_nothing(scene):
    meter = Meter.resume(Meter.of_connector("CP1", 1), [], at=NOON)
    _read(meter, [{"value": "1\0"}])
    station = scene.connected()
    station.boot(Boot("Ve\0nd", "Mod"), at=NOON)
    scene.tell(meter, station)
    assert scene.shown(stations.find, "CP1").vendor == "Ve\ufffdnd"
    assert scene.read(meter_values.of_station, "CP1")[0].raw == "1\ufffd"


# --- tokens ---


def test_a_token_is_found_in_any_spelling_until_it_is_withdrawn(scene):
    token = Token.issue("AbC", Permit(parent="boss", concurrent_limit=2), by="olga", at=NOON)
    token.use(17, at=NOON)
    token.use(18, at=NOON)
    token.release(17, at=NOON)
    scene.tell(token, Token.issue("zzz", Permit(note="spare"), by="olga", at=NOON))
    row = scene.shown(tokens.find, "aBc")
    assert (row.id_tag, row.standing, row.parent, row.in_use) == ("AbC", "Accepted", "boss", 1)
    assert [row.id for row in scene.read(tokens.listed)] == ["abc", "zzz"]
    assert [row.id for row in scene.read(tokens.listed, search="SPARE")] == ["zzz"]
    token.withdraw(by="olga", at=NOON)
    scene.tell(token)
    assert scene.shown(tokens.find, "abc") is None
    assert [row.id for row in scene.read(tokens.listed)] == ["zzz"]


# --- calls ---


def test_a_call_that_is_answered_shows_its_whole_life(scene):
    call = scene.requested("c1", ttl=60)
    call.send(5, at=scene.later(1))
    call.answer('{"status":"Accepted"}', "", at=scene.later(1))
    scene.tell(call)
    row = scene.shown(calls.find, "c1")
    assert (row.status, row.waiting, row.response) == ("answered", False, '{"status":"Accepted"}')
    assert (row.requested_at, row.requested_by) == (NOON, "olga")
    assert row.sent_at == NOON + timedelta(seconds=1)
    assert row.answer_due_at == NOON + timedelta(seconds=31)
    assert row.answered_at == row.done_at == NOON + timedelta(seconds=2)
    assert (row.connection, row.attempts) == (5, 0)


def test_a_call_that_came_back_waits_again(scene):
    call = scene.requested("c1")
    call.send(5, at=NOON)
    call.give_back(5, "gone", at=NOON)
    scene.tell(call)
    row = scene.shown(calls.find, "c1")
    assert (row.status, row.attempts, row.connection, row.reason) == ("queued", 1, 5, "gone")


def test_every_end_of_a_call_has_its_status(scene):
    made = {
        name: scene.requested(name) for name in ("refused", "timed_out", "expired", "cancelled")
    }
    made["refused"].refuse("NotSupported", "no", "{}", at=NOON)
    made["timed_out"].time_out("silence", at=NOON)
    made["timed_out"].answer('{"late":1}', "", at=NOON)
    made["expired"].expire(at=NOON)
    made["cancelled"].cancel(by="hans", at=NOON)
    scene.tell(*made.values())
    rows = {row.id: row for row in scene.shown(calls.listed)}
    assert {name: row.status for name, row in rows.items()} == {name: name for name in made}
    assert not any(row.waiting for row in rows.values())
    assert rows["refused"].error_code == "NotSupported"
    assert rows["timed_out"].late_response == '{"late":1}'
    assert rows["cancelled"].cancelled_by == "hans"


def test_calls_are_listed_newest_first_by_what_is_asked(scene):
    scene.tell(*(scene.requested(f"c{i}", f"CP{i % 2}") for i in range(4)))
    newest = scene.shown(calls.listed, limit=2)
    assert [row.id for row in newest] == ["c3", "c2"]
    older = scene.read(calls.listed, before=newest[-1].first_position)
    assert [row.id for row in older] == ["c1", "c0"]
    assert [row.id for row in scene.read(calls.listed, station="CP1")] == ["c3", "c1"]
    assert scene.read(calls.listed, status="sent") == []


def test_a_call_without_time_to_live_expires_when_it_was_requested(scene):
    scene.tell(scene.requested("c1", ttl=-1e9))
    assert scene.shown(calls.find, "c1").expires_at == NOON


# --- quarantine ---


def test_what_was_put_aside_is_listed_newest_first(scene):
    for number in range(2):
        subject = f"transaction {number}"
        scene.tell(
            Quarantine.keep(
                Quarantine.id_of("CP1", subject),
                station="CP1",
                reason="unknown",
                action="StopTransaction",
                message_id="m",
                frame="5.1",
                subject=subject,
                detail="",
                at=NOON,
            )
        )
    newest, oldest = scene.shown(quarantine.listed)
    assert (newest.subject, oldest.subject) == ("transaction 1", "transaction 0")
    assert scene.read(quarantine.listed, before=newest.first_position) == [oldest]
    assert scene.read(quarantine.listed, quarantine.Wanted(station="CP2")) == []
