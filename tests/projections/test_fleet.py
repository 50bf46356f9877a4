"""The fleet in figures and in a list, and what of it somebody should look at."""

from datetime import timedelta

import pytest

from domain.model.configuration import Configuration
from domain.model.connector import Connector
from domain.model.job_progress import FIRMWARE
from domain.model.maintenance import Maintenance
from domain.model.quarantine import Quarantine
from domain.model.security_log import SecurityLog
from domain.model.stranger import Stranger
from domain.model.transaction import Start, Stop, Transaction
from projections import (
    actions,
    client_certificates,
    fleet,
    fleet_list,
    problems,
    quarantine,
    webhooks,
)
from projections.engines import writing
from projections.stations import Choice
from projections.tables import upsert
from tests.projections.scene import NOON, Scene

DAY = timedelta(days=1)


@pytest.fixture
def scene(database):
    return Scene(database)


def reported(scene, station, *statuses):
    """Its connectors from 0 on, each with a status."""
    for number, status in enumerate(statuses):
        connector = Connector.appear(station, number, at=scene.now)
        if status:
            details = ["hot", "", ""]
            connector.report(status, "NoError", details, reported_at=None, at=scene.now)
        scene.tell(connector)


def figures(scene):
    scene.project()
    return scene.read(fleet.figures, scene.now, since=scene.now)


def last(scene):
    scene.project()
    return scene.read(problems.last, scene.now)


def test_stations_and_connectors_are_counted_as_they_are(scene):
    scene.tell(scene.connected("CP1"), scene.registered("CP2"), scene.registered("CP3"))
    gone = scene.connected("CP4")
    gone.remove(by="olga", at=scene.now)
    stranger = Stranger.notice("X", at=scene.now)
    stranger.knock("ocpp1.6", "10.0.0.1", at=scene.now)
    scene.tell(gone, stranger)
    reported(scene, "CP1", "Available", "Faulted", "Faulted", "")
    reported(scene, "CP2", "Faulted", "Charging")
    reported(scene, "CP4", "Faulted", "Faulted")
    found = figures(scene)
    assert found.stations == fleet.Counts(registered=3, online=1, offline=2, faulted=2, unknown=1)
    assert found.connectors == {"": 1, "Charging": 1, "Faulted": 2}


def test_a_list_tells_of_each_station_how_its_connectors_are(scene):
    scene.tell(scene.connected("CP1"), scene.registered("CP2"), scene.registered("CP3", labels="a"))
    reported(scene, "CP1", "Unavailable", "Charging", "Charging", "Available")
    for number, stopped in ((1, False), (2, False), (3, True)):
        transaction = Transaction.start(number, Start("CP1", 1, "T", 0, NOON), at=NOON)
        if stopped:
            transaction.stop(Stop(5, NOON), at=NOON)
        scene.tell(transaction)
    rows = scene.shown(fleet_list.listed, Choice())
    assert [row.station.id for row in rows] == ["CP1", "CP2", "CP3"]
    assert rows[0].statuses == {"Available": 1, "Charging": 2}
    assert (rows[0].controller, rows[0].running) == ("Unavailable", 2)
    assert (rows[1].statuses, rows[1].controller, rows[1].running) == ({}, "", 0)


@pytest.mark.parametrize(
    ("choice", "status", "ids"),
    [
        (Choice(), "Charging", ["CP1"]),
        (Choice(), "Faulted", []),
        (Choice(online=False), "", ["CP2", "CP3"]),
        (Choice(online=False), "Charging", []),
        (Choice(registration="Pending"), "", ["CP3"]),
        (Choice(label="a"), "", ["CP3"]),
        (Choice(search="p2"), "", ["CP2"]),
    ],
)
def test_a_list_is_narrowed_and_counted(scene, choice, status, ids):
    pending = scene.registered("CP3", labels="a", registration="Pending")
    scene.tell(scene.connected("CP1"), scene.registered("CP2"), pending)
    reported(scene, "CP1", "", "Charging", "Charging")
    rows = scene.shown(fleet_list.listed, choice, status=status)
    assert [row.station.id for row in rows] == ids
    assert scene.read(fleet_list.counted, choice, status=status) == len(ids)


def test_calls_are_waiting_until_they_go_out_and_under_way_until_they_are_over(scene):
    sent, over = scene.requested("b"), scene.requested("c")
    for call in (sent, over):
        call.send(5, at=scene.now)
    over.answer("{}", "", at=scene.now)
    scene.tell(scene.requested("a"), sent, over)
    found = figures(scene)
    assert (found.calls_waiting, found.calls_under_way) == (1, 1)


def test_problems_of_all_kinds_come_in_one_order_the_newest_first(scene):
    call = scene.requested("call-1")
    call.send(5, at=scene.now)
    scene.tell(call)
    reported(scene, "CP1", "", "Faulted")
    call.refuse("InternalError", "no", "{}", at=scene.later(1))
    scene.tell(call)
    log = SecurityLog.resume(SecurityLog.id_of("CP1"), [], at=scene.later(1))
    for type in ("ResetOrReboot", "InvalidMessages"):
        log.record("station", type, occurred_at=NOON, tech_info="", at=scene.now)
    scene.tell(log)
    told = [(row.kind, row.station, row.subject, row.text) for row in last(scene)]
    assert told == [
        ("security", "CP1", "", "ResetOrReboot"),
        ("call-failed", "CP1", "call-1", "Reset: InternalError no"),
        ("fault", "CP1", "", "NoError, hot"),
    ]
    assert figures(scene).critical == 1
    scene.later(2 * DAY.total_seconds())
    assert figures(scene).critical == 0


def test_a_job_that_fails_is_one_whatever_it_is_told_by(scene):
    maintenance = Maintenance.begin("CP1", at=scene.now)
    for job in ("j-1", "j-2"):
        maintenance.request(job, FIRMWARE, location="x", by="olga", campaign="", at=scene.now)
        maintenance.send(job, FIRMWARE, at=scene.now)
        maintenance.answer(job, FIRMWARE, file_name="", at=scene.now)
    maintenance.report(FIRMWARE, "Downloading", at=scene.now)
    maintenance.report(FIRMWARE, "DownloadFailed", at=scene.now)
    maintenance.report(FIRMWARE, "Downloading", at=scene.now)
    maintenance.report(FIRMWARE, "DownloadFailed", at=scene.now)
    scene.tell(maintenance)
    told = [(row.kind, row.station, row.subject, row.text) for row in last(scene)]
    assert told == 2 * [("job-failed", "CP1", "j-2", "firmware: DownloadFailed")]
    assert figures(scene).jobs_failed == 1


def test_a_case_and_drift_are_counted_until_somebody_sees_to_them(scene):
    case = Quarantine.keep(
        Quarantine.id_of("CP1", "x"),
        station="CP1",
        reason="a stop of an unknown transaction",
        action="StopTransaction",
        message_id="m",
        frame="f",
        subject="transaction 5",
        detail="",
        at=scene.now,
    )
    wishes = Configuration.begin("CP1", at=NOON)
    wishes.desire("Interval", "60", by="olga", at=scene.now)
    scene.tell(scene.registered("CP1"), case, wishes)
    found = figures(scene)
    assert (found.cases, found.drift) == (1, 1)
    (problem,) = found.problems
    assert (problem.kind, problem.station) == ("quarantine", "CP1")
    assert problem.subject == str(scene.read(quarantine.listed)[0].first_position)


def test_a_certificate_and_a_webhook_are_problems_as_long_as_they_are(scene):
    scene.tell(scene.registered("CP1"), scene.registered("CP2"))
    scene.project()

    def certificate(station, name, days):
        end = scene.now + days * DAY
        return client_certificates.ClientCertificateRow(
            station=station, fingerprint=name, state="delivered", not_after=end
        )

    given = [certificate("CP1", "a", 10), certificate("CP2", "b", 10), certificate("CP2", "c", 90)]
    hook = webhooks.Webhook(
        id="w",
        name="billing",
        url="https://b",
        types="",
        stations="",
        single=False,
        secret="",
        position=0,
        failing_since=scene.now,
        last_error="refused",
        created_by="olga",
        created_at=NOON,
    )
    with writing(scene.engine) as connection:
        upsert(connection, client_certificates.CERTIFICATES, given)
        webhooks.add(connection, hook, actions.Actor("olga", "", scene.now))
    told = [(row.kind, row.station, row.subject) for row in last(scene)]
    assert told == [("webhook-failing", "", "w"), ("certificate-ending", "CP1", "")]
