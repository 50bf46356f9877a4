"""How a station may come in, as its row shows it and as its gateway is told."""

from datetime import timedelta

import pytest

from domain.model.access import Access
from domain.ports import Password
from projections import credentials, stations
from projections.credentials import Unused
from projections.directory import StationDirectory
from projections.engines import writing
from tests.projections.scene import NOON, Scene


class Setting(Scene):
    """CP1 is registered, and something changes its passwords or its profile."""

    def __init__(self, database):
        super().__init__(database)
        for id in ("k0", "k1", "k2"):
            with writing(self.engine) as connection:
                credentials.put(connection, id, f"hash of {id}", at=NOON)
        self.station = self.registered(credential="k0", security_profile=2)
        self.access = self.begun()

    def begun(self, profile=2, credential="k0"):
        return Access.begin("CP1", profile=profile, credential=credential, at=self.now)

    @property
    def row(self):
        self.tell(self.station, self.access)
        return self.shown(stations.find, "CP1")

    async def listing(self):
        self.tell(self.station, self.access)
        self.project()
        found = await StationDirectory(self.engine).find("CP1")
        assert found is not None
        return found


@pytest.fixture
def scene(database):
    return Setting(database)


async def test_a_new_password_fits_beside_the_old_one_until_it_is_adopted(scene):
    scene.access.offer("c1", "k1", at=NOON)
    scene.access.offer("c2", "k2", at=NOON)
    assert (scene.row.credential, stations.offered_to(scene.row)) == ("k0", ["k1", "k2"])
    assert (await scene.listing()).passwords == tuple(
        Password(id, f"hash of {id}") for id in ("k0", "k1", "k2")
    )
    scene.access.accept("c1", "k1", at=NOON)
    assert (scene.row.credential, scene.row.offered) == ("k1", "k2")
    scene.access.drop("c2", "Rejected", at=NOON)
    assert (scene.row.credential, scene.row.offered) == ("k1", "")
    assert [each.credential for each in (await scene.listing()).passwords] == ["k1"]


async def test_a_higher_profile_is_shown_until_it_is_the_one(scene):
    scene.access.expect("c1", 3, at=NOON)
    assert (scene.row.security_profile, scene.row.next_profile) == (2, 3)
    listing = await scene.listing()
    assert (listing.security_profile, listing.next_profile) == (2, 3)
    scene.access.enter(3, "", at=NOON)
    assert (scene.row.security_profile, scene.row.next_profile) == (3, 0)


def test_what_is_not_to_be_is_not_shown(scene):
    scene.access.expect("c1", 3, at=NOON)
    scene.access.give_up("c1", "Rejected", at=NOON)
    assert (scene.row.security_profile, scene.row.next_profile) == (2, 0)
    scene.access.expect("c2", 3, at=NOON)
    scene.access.set_password("k2", by="olga", at=NOON)
    scene.access.set_profile(1, by="olga", at=NOON)
    row = scene.row
    assert (row.security_profile, row.next_profile, row.credential) == (1, 0, "k2")
    scene.access.offer("c3", "k1", at=NOON)
    scene.access.empty(by="olga", at=NOON)
    row = scene.row
    assert (row.security_profile, row.credential, row.offered) == (0, "", "")


async def test_who_has_a_password_and_no_profile_needs_the_first_one(scene):
    scene.station = scene.registered(credential="k0")
    scene.tell(scene.station)
    scene.project()
    assert stations.required_profile(scene.read(stations.find, "CP1")) == 1
    listing = await StationDirectory(scene.engine).find("CP1")
    assert listing is not None
    assert listing.security_profile == 1


async def test_while_no_password_is_asked_for_none_is_told(scene):
    scene.station, scene.access = scene.registered(), scene.begun(0, "")
    scene.access.offer("c1", "k1", at=NOON)
    listing = await scene.listing()
    assert (listing.security_profile, listing.next_profile, listing.passwords) == (0, 0, ())
    scene.access.accept("c1", "k1", at=NOON)
    listing = await scene.listing()
    assert (listing.security_profile, listing.next_profile) == (0, 1)
    assert [each.credential for each in listing.passwords] == ["k1"]


def test_a_station_tells_how_it_came_in_also_when_it_is_found_alive(scene):
    scene.connect(scene.station, connection=5, profile=3, certificate="ab")
    scene.station.disconnect(5, code=1006, reason="gone", at=NOON)
    scene.connect(scene.station, connection=5)
    assert (scene.row.online, scene.row.connected_profile, scene.row.certificate) == (True, 3, "ab")
    scene.connect(scene.station, connection=6, profile=2, credential="k0")
    assert (scene.row.connected_profile, scene.row.certificate) == (2, "")


# --- hashes that nobody needs ---


def left(scene):
    return list(scene.read(credentials.found, ["k0", "k1", "k2"]))


def test_hashes_that_no_station_refers_to_are_destroyed_after_a_day(scene):
    scene.access.offer("c1", "k1", at=NOON)
    assert scene.row.offered == "k1"
    unused = Unused(scene.engine, scene.log)
    assert unused.sweep(NOON + timedelta(hours=23)) == 0
    assert unused.sweep(NOON + timedelta(hours=25)) == 1
    assert left(scene) == ["k0", "k1"]
    scene.access.accept("c1", "k1", at=NOON)
    assert scene.row.credential == "k1"
    assert unused.sweep(NOON + timedelta(hours=25)) == 1
    assert left(scene) == ["k1"]
    scene.station.remove(by="olga", at=NOON)
    assert not scene.row.registered
    assert unused.sweep(NOON + timedelta(hours=25)) == 1


def test_while_the_rows_are_far_behind_nothing_is_destroyed(scene):
    assert scene.row.credential == "k0"
    unused = Unused(scene.engine, scene.log)
    unused.sweep(NOON)
    scene.set_back(stations.MODEL)
    assert unused.sweep(NOON + timedelta(days=9)) == 0
    scene.another_projector().step()
    assert unused.sweep(NOON + timedelta(days=9)) == 2
    assert left(scene) == ["k0"]


def test_before_the_rows_are_there_nothing_is_destroyed(scene):
    scene.tell(scene.station)
    assert Unused(scene.engine, scene.log).sweep(NOON + timedelta(days=9)) == 0
    assert left(scene) == ["k0", "k1", "k2"]
