"""Meter: readings in order, a repeat is known, the last register value is at hand."""

from typing import Any

from domain.model.meter import Meter
from tests.model.story import LATER, NOON, Story

STREAM = Meter.of_transaction(7)
READING: dict[str, Any] = {
    "station": "CP1",
    "connector": 1,
    "transaction": 7,
    "sampled_at": NOON,
    "register_wh": 1200,
    "source": "MeterValues",
}


def read(register: int = 1200) -> Meter:
    meter = Meter.resume(STREAM, [], at=NOON)
    meter.read('[{"value":"1200"}]', **READING | {"register_wh": register}, at=NOON)
    return meter


def test_a_reading_is_told_untouched():
    Story(read()).then((Meter.Read, {"samples": '[{"value":"1200"}]', "register_wh": 1200}))


def test_a_repeated_reading_changes_nothing_even_after_a_restart():
    resumed = Meter.resume(STREAM, read().take_facts(), at=LATER)
    assert resumed.version == 1
    Story(resumed).when(Meter.read, '[{"value":"1200"}]', **READING, at=LATER).then()


def test_a_reading_without_a_register_keeps_the_last_register():
    meter = read(1200)
    meter.read("[]", **READING | {"register_wh": None, "sampled_at": LATER}, at=LATER)
    assert meter.register_wh == 1200


def test_a_repeat_is_known_although_others_came_between():
    meter = read(1200)
    meter.read("[]", **READING | {"sampled_at": LATER}, at=LATER)
    meter.take_facts()
    Story(meter).when(Meter.read, '[{"value":"1200"}]', **READING, at=LATER).then()


def test_the_register_survives_a_restart_after_a_reading_without_one():
    meter = read(1200)
    meter.read("[]", **READING | {"register_wh": None, "sampled_at": LATER}, at=LATER)
    last = meter.take_facts()[-1]
    assert Meter.resume(STREAM, [last], at=LATER).register_wh == 1200
