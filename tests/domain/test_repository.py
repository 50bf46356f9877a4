"""Snapshots outlive the program that took them."""

import msgspec

from domain.model.station import Station
from domain.model.values import Profile
from domain.repository import freeze, thaw
from tests.domain.house import NOON


def test_a_snapshot_of_an_older_program_gets_what_came_to_be_since():
    station = Station.register("CP1", Profile(note="a note"), by="olga", at=NOON)
    frozen = freeze(station)
    state = msgspec.msgpack.decode(frozen.state)
    for name in Station.ADDED:
        del state[name]
    old = thaw(frozen._replace(state=msgspec.msgpack.encode(state)))
    assert isinstance(old, Station)
    assert {name: vars(old)[name] for name in Station.ADDED} == dict(Station.ADDED)
    assert old.note == "a note"


def test_what_was_added_is_each_stations_own():
    station = Station.register("CP1", Profile(), by="olga", at=NOON)
    frozen = freeze(station)
    state = msgspec.msgpack.decode(frozen.state)
    for name in Station.ADDED:
        del state[name]
    frozen = frozen._replace(state=msgspec.msgpack.encode(state))
    one, another = thaw(frozen), thaw(frozen)
    for name, value in Station.ADDED.items():
        if isinstance(value, list | dict):
            assert vars(one)[name] is not vars(another)[name]
    assert one is not another
