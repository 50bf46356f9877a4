"""A simulated station lives through a day: cars fill up, and things happen to it."""

import asyncio
from datetime import UTC, datetime
from random import Random

import pytest

from commands.simulate.cars import Car
from commands.simulate.incidents import Incidents
from tests.commands.bench_of_stations import Bench, living

FOR_EVER = 1e9  # s


def test_a_car_without_a_battery_draws_what_is_allowed():
    assert Car(stays=10).draws(11_040) == 11_040
    assert Car(stays=10).soc is None


@pytest.mark.parametrize(
    ("charged", "drawn", "soc"),
    [(100, 7_360, 10), (800, 7_360, 80), (900, 4_232, 90), (995, 0, 100), (2_000, 0, 100)],
)
def test_a_battery_takes_less_the_fuller_it_is(charged, drawn, soc):
    car = Car(stays=10, battery_wh=1_000, charge_wh=charged, most_w=7_360)
    assert (car.draws(11_040), car.soc) == (drawn, soc)


def test_a_car_draws_no_more_than_is_allowed():
    car = Car(stays=10, battery_wh=1_000, charge_wh=100, most_w=7_360)
    assert [car.draws(4_140), car.draws(0)] == [4_140, 0]


def test_what_was_drawn_fills_the_battery_and_shortens_the_stay():
    car = Car(stays=10, battery_wh=1_000, charge_wh=100, most_w=7_360)
    car.take(50, seconds=4)
    assert (car.soc, car.stays) == (15, 6)


@pytest.mark.parametrize("seed", range(20))
def test_a_car_arrives_with_room_in_its_battery(seed):
    car = Car.arriving(Random(seed), mean=60)
    assert 10 <= (car.soc or 0) <= 60
    assert car.draws(22_080) == car.most_w


async def test_cars_tell_their_charge_and_stay_a_while_when_they_are_full():
    async with living(idle=0.01, session=0.4, batteries=True) as central:
        sample = (await central.hears("MeterValues"))["meterValue"][0]["sampledValue"]
        assert {"SoC", "Voltage", "Power.Active.Import"} <= {each["measurand"] for each in sample}
        await central.hears("StatusNotification", status="SuspendedEV")
        await central.hears("StopTransaction")


async def test_a_station_that_things_happen_to_comes_back():
    async with living(incidents=0.05) as central:
        await central.hears("BootNotification")


async def test_a_connector_breaks_and_is_mended():
    bench = Bench()
    breaking = asyncio.ensure_future(Incidents(bench.features, every=FOR_EVER).fault())
    _, broken = await bench.said()
    assert broken["status"] == "Faulted"
    assert broken["errorCode"].endswith("Failure") or broken["errorCode"] == "HighTemperature"
    breaking.cancel()
    _, mended = await bench.said()
    assert (mended["status"], mended["errorCode"]) == ("Available", "NoError")


async def test_a_station_that_restarts_says_so_and_interrupts_who_charges():
    bench = Bench()
    outlet = _charging(bench)
    await Incidents(bench.features, every=1).restart()
    assert await outlet.ordered_stop(1) == "Reboot"
    assert bench.equipment.reset.is_set()
    action, event = await bench.said()
    assert (action, event["type"]) == ("SecurityEventNotification", "ResetOrReboot")


async def test_a_station_that_is_away_goes_on_charging():
    bench = Bench()
    outlet, incidents = _charging(bench), Incidents(bench.features, every=100)
    await incidents.leave()
    assert await outlet.ordered_stop(0.01) == ""
    assert 10 <= incidents.away() <= 40
    assert incidents.away() == 0


async def test_a_power_cut_stops_a_transaction_under_a_number_that_nobody_gave():
    bench = Bench()
    outlet = _charging(bench)
    await Incidents(bench.features, every=1).forget()
    assert outlet.transaction not in {None, 7}
    assert await outlet.ordered_stop(1) == "PowerLoss"


async def test_what_touches_its_security_is_told():
    bench = Bench()
    await Incidents(bench.features, every=1).alarm()
    action, event = await bench.said()
    assert action == "SecurityEventNotification"
    assert event["techInfo"]


def _charging(bench):
    outlet = bench.equipment.outlets[1]
    outlet.begin(7, "ANN", at=datetime.now(UTC))
    return outlet
