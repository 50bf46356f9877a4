import pytest

from domain.model.charging import Assignment, Charging, Criteria
from domain.model.charging_profile import ChargingProfile
from projections import charging_profiles, installed_profiles
from tests.projections.scene import NOON, Scene


@pytest.fixture
def scene(database):
    return Scene(database)


def assigned(profile, **what):
    usual = {
        "connector": 1,
        "purpose": "TxDefaultProfile",
        "stack_level": profile,
        "transaction": None,
        "content": "{}",
        "call": f"call-{profile}",
    }
    return Assignment(profile=profile, **usual | what)


def charging(scene, *profiles, station="CP1"):
    made = Charging.begin(station, at=scene.now)
    for each in profiles:
        made.install(each, at=scene.now)
    scene.tell(made)
    return made


def library(scene, **descriptions):
    for name, description in descriptions.items():
        profile = ChargingProfile.create(int(name[1:]), by="olga", at=scene.now)
        profile.save(description, "{}", by="olga", at=scene.now)
        scene.tell(profile)


def numbers(rows):
    return [row.number for row in rows]


def test_what_is_installed_is_shown_with_where_it_came_from(scene):
    charging(scene, assigned(7, transaction=5, purpose="TxProfile", content='{"a":1}'))
    charging(scene, assigned(7), station="CP:1")
    (row,) = scene.shown(installed_profiles.of_station, "CP1")
    assert (row.station, row.profile_id, row.connector, row.stack_level) == ("CP1", 7, 1, 7)
    assert (row.purpose, row.transaction, row.profile) == ("TxProfile", 5, '{"a":1}')
    assert (row.installed_at, row.call) == (NOON, "call-7")
    assert len(scene.read(installed_profiles.of_station, "CP:1")) == 1


def test_they_come_by_connector_and_the_highest_first(scene):
    charging(scene, assigned(1), assigned(2), assigned(3, connector=0))
    rows = scene.shown(installed_profiles.of_station, "CP1")
    assert [row.profile_id for row in rows] == [3, 2, 1]


def test_what_is_removed_is_gone_also_within_one_batch(scene):
    held = charging(scene, assigned(1), assigned(2))
    assert len(scene.shown(installed_profiles.of_station, "CP1")) == 2
    held.clear(Criteria(), call="x", at=scene.now)
    held.install(assigned(2, call="again"), at=scene.later(1))
    held.install(assigned(3), at=scene.now)
    held.clear(Criteria(profile=3), call="y", at=scene.now)
    scene.tell(held)
    (row,) = scene.shown(installed_profiles.of_station, "CP1")
    assert (row.profile_id, row.call, row.installed_at) == (2, "again", scene.now)


def test_the_library_shows_what_was_saved_last(scene):
    library(scene, p7="night")
    row = scene.shown(charging_profiles.find, 7)
    assert (row.description, row.content, row.created_by) == ("night", "{}", "olga")
    assert row.created_at == row.changed_at == NOON
    assert scene.read(charging_profiles.find, 8) is None


def test_a_removed_one_is_not_shown_until_it_is_saved_again(scene):
    profile = ChargingProfile.create(7, by="olga", at=scene.now)
    profile.save("night", "{}", by="olga", at=scene.now)
    profile.remove(by="carl", at=scene.now)
    scene.tell(profile)
    assert scene.shown(charging_profiles.find, 7) is None
    profile.save("day", "{}", by="carl", at=scene.later(1))
    scene.tell(profile)
    row = scene.shown(charging_profiles.find, 7)
    assert (row.description, row.changed_by, row.created_by) == ("day", "carl", "olga")


def test_the_library_is_searched_by_description(scene):
    library(scene, p1="Night, cheap", p2="night", p10="100% sun")
    listed = charging_profiles.listed
    assert numbers(scene.shown(listed)) == [1, 2, 10]
    assert numbers(scene.read(listed, search="NIGHT")) == [1, 2]
    assert numbers(scene.read(listed, description="night")) == [2]
    assert numbers(scene.read(listed, search="0%")) == [10]
    assert numbers(scene.read(listed, after=1, limit=1)) == [2]
