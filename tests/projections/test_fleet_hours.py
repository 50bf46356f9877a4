"""The hours of the fleet add up to what its transactions say, whatever came when and how often."""

from datetime import timedelta

import pytest

from domain.model.connector import Connector
from domain.model.end import End
from domain.model.meter import Meter
from domain.model.transaction import Start, Stop, Transaction
from domain.model.values import Boot
from projections import fleet_hours, running, transactions
from tests.projections.scene import NOON, Scene

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def scene(database):
    return Scene(database)


class Session:
    """A transaction of 1,000 Wh on the meter at noon, and its readings."""

    def __init__(self, scene, number=17):
        self.scene, self.number = scene, number
        start = Start("CP1", 1, "T", 1_000, NOON)
        self.transaction = Transaction.start(number, start, at=NOON)
        self.meter = Meter.resume(Meter.of_transaction(number), [], at=NOON)
        scene.tell(self.transaction)

    def read(self, register, at, samples="[]", received=None):
        self.meter.read(
            samples if samples != "[]" else f'[{{"value":"{register}"}}]',
            station="CP1",
            connector=1,
            transaction=self.number,
            sampled_at=at,
            register_wh=register,
            source="MeterValues",
            at=received or at,
        )
        self.scene.tell(self.meter)

    def stop(self, register, at):
        self.transaction.stop(Stop(register, at), at=at)
        self.scene.tell(self.transaction)

    def close(self, register, at):
        self.transaction.close(reason="x", by="olga", meter_wh=register, at=at)
        self.scene.tell(self.transaction)

    def correct(self, energy, at):
        end = End(
            state="stopped", meter_wh=1_000 + energy, ended_at=at, energy_wh=energy, reason="Local"
        )
        self.transaction.correct(end, case="case", by="olga", at=at)
        self.scene.tell(self.transaction)


@pytest.fixture
def session(scene):
    return Session(scene)


def energies(scene, until):
    return [each.energy_wh for each in scene.shown(fleet_hours.last, until, hours=3)]


def test_each_hour_has_what_its_readings_added_and_the_stop_the_rest(scene, session):
    session.read(1_400, NOON + 20 * MINUTE)
    session.read(1_900, NOON + 50 * MINUTE)
    session.read(2_500, NOON + HOUR)
    session.stop(3_100, NOON + 2 * HOUR + MINUTE)
    assert energies(scene, NOON + 2 * HOUR) == [900, 600, 600]
    assert scene.read(fleet_hours.energy_since, NOON + HOUR + 30 * MINUTE) == 1_200
    assert scene.read(transactions.find, 17).energy_wh == 2_100


def test_a_repeat_and_a_register_that_falls_back_count_nothing(scene, session):
    for register in (1_500, 1_500, 1_200, 900, 1_600):
        session.read(register, NOON + MINUTE)
    assert energies(scene, NOON + 2 * HOUR) == [600, 0, 0]


def test_what_a_station_tells_late_belongs_to_the_hour_by_its_clock(scene, session):
    session.read(1_300, NOON + MINUTE, received=NOON + 2 * HOUR)
    session.read(1_500, NOON + 9 * HOUR, received=NOON + 2 * HOUR)  # its clock is ahead
    session.read(1_600, NOON - timedelta(days=9000), received=NOON + 2 * HOUR)
    assert energies(scene, NOON + 2 * HOUR) == [300, 0, 300]


def test_a_stop_after_a_close_corrects_it_and_is_no_second_end(scene, session):
    session.read(1_400, NOON)
    session.close(1_400, NOON + HOUR)
    session.read(9_000, NOON + HOUR)  # it is over: this is for a person
    session.stop(1_300, NOON + 2 * HOUR)
    hours = scene.shown(fleet_hours.last, NOON + 2 * HOUR, hours=3)
    assert [each.energy_wh for each in hours] == [400, 0, -100]
    assert [each.transactions_stopped for each in hours] == [0, 1, 0]
    assert [each.transactions_started for each in hours] == [1, 0, 0]


def test_what_a_person_decides_stands(scene, session):
    session.stop(800, NOON + HOUR)  # backwards: nothing is known
    assert energies(scene, NOON + 2 * HOUR) == [0, 0, 0]
    session.correct(700, NOON + 2 * HOUR)
    assert energies(scene, NOON + 2 * HOUR) == [0, 0, 700]


@pytest.mark.parametrize("limit", [1, 3])
def test_a_rebuild_in_other_portions_counts_the_same(scene, session, limit):
    other = Session(scene, 18)
    for number in range(1, 7):
        session.read(1_000 + 100 * number, NOON + 20 * number * MINUTE)
        other.read(1_000 + 50 * number, NOON + 20 * number * MINUTE)
    session.stop(1_900, NOON + 2 * HOUR + MINUTE)
    before = scene.shown(fleet_hours.last, NOON + 2 * HOUR, hours=3)
    scene.rebuild(fleet_hours.MODEL, portion=limit)
    assert scene.read(fleet_hours.last, NOON + 2 * HOUR, hours=3) == before
    assert sum(each.energy_wh for each in before) == 900 + 300


def test_what_else_happens_is_counted_by_the_hour(scene):
    station = scene.connected()
    station.boot(Boot("V", "M"), at=scene.now)
    station.disconnect(5, code=1006, reason="", at=scene.later(3600))
    connector = Connector.appear("CP1", 1, at=NOON)
    for status in ("Available", "Faulted", "Available", "Faulted"):
        connector.report(status, "NoError", ["", "", ""], reported_at=None, at=scene.later(1))
    scene.tell(station, connector)
    first, second = scene.shown(fleet_hours.last, scene.now, hours=2)
    assert (first.connected, first.boots, first.disconnected, first.faults) == (1, 1, 0, 0)
    assert (second.connected, second.boots, second.disconnected, second.faults) == (0, 0, 1, 2)


def watts(value, **more):
    told = "".join(f',"{name}":"{each}"' for name, each in more.items())
    return f'{{"value":"{value}","measurand":"Power.Active.Import"{told}}}'


def test_power_is_the_last_told_over_all_phases_of_what_runs(scene, session):
    other, silent = Session(scene, 18), Session(scene, 19)
    phases = ",".join(watts(1.5, unit="kW", phase=phase) for phase in ("L1", "L2", "L3"))
    session.read(1_100, NOON, f"[{watts(9000)}]")
    session.read(1_200, NOON + MINUTE, f"[{phases}]")
    session.read(1_150, NOON, f"[{watts(8000)}]", received=NOON + 2 * MINUTE)  # late
    other.read(1_100, NOON - HOUR, f"[{watts(7000)}]")
    assert scene.shown(running.power, since=NOON) == (3, 1, 4_500)
    assert scene.read(running.power, since=NOON - HOUR) == (3, 2, 11_500)

    session.stop(1_300, NOON + HOUR)
    silent.close(None, NOON + HOUR)
    assert scene.shown(running.power, since=NOON - HOUR) == (1, 1, 7_000)
    assert [row.number for row in scene.read(running.listed)] == [18]
