from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from threading import Event, Thread

import pytest
from sqlalchemy import Table, select

from domain.log import StoredFact
from domain.model.station import Station
from domain.model.token import Permit, Token
from projections import calls, positions, stations, stumbles
from projections.migration import READ_MODELS
from projections.owner import Owner
from projections.ownership import Ownership, owner_of
from projections.positions import Fenced, key_of
from projections.progress import Lag, Trust, lag
from projections.readmodel import Noted, onto
from tests.projections.scene import Scene, tables


@pytest.fixture
def scene(database):
    return Scene(database)


@dataclass
class Clumsy:
    """A read model that fails at chosen positions, after it has written."""

    trips_at: set[int] = field(default_factory=set)
    error: Exception = field(default_factory=lambda: ValueError("trip"))
    name: str = "stations"
    version: int = stations.MODEL.version
    topics: frozenset[str] = stations.MODEL.topics
    table: Table = stations.STATIONS

    def project(self, connection, noted: Sequence[Noted]) -> None:
        onto(stations.MODEL, self.table).project(connection, noted)
        if self.trips_at & {each.position for each in noted}:
            raise self.error


def _positions(scene):
    return scene.read(positions.read)


def test_all_positions_move_past_facts_that_are_not_theirs(scene):
    station = scene.connected()
    station.deviate("Heartbeat", "nobody shows this", at=scene.now)
    scene.tell(station)
    scene.project()
    assert set(_positions(scene).values()) == {scene.log.position()}


def test_a_step_tells_which_read_models_have_news(scene):
    scene.tell(scene.requested("c1"))
    step = scene.projector.step()
    assert step.moved
    assert step.news == {"calls", "campaign_members"}
    assert scene.projector.step() == (False, False, frozenset())


def test_a_batch_is_as_large_as_the_limit(scene):
    scene.tell(*(scene.requested(f"c{i}") for i in range(5)))
    projector = scene.another_projector(limit=2)
    assert projector.step().full
    assert len(scene.read(calls.listed)) == 2
    projector.step()
    projector.step()
    assert len(scene.read(calls.listed)) == 5
    assert not projector.step().moved


def test_rows_and_positions_are_saved_together_or_not_at_all(scene):
    scene.tell(scene.connected())
    clumsy = Clumsy(trips_at={2}, error=OSError("crash"))
    with pytest.raises(OSError, match="crash"):
        scene.another_projector(models=[clumsy]).step()
    assert scene.read(stations.find, "CP1") is None
    assert set(_positions(scene).values()) == {0}
    assert scene.shown(stations.find, "CP1").online


def test_a_zombie_owner_is_fenced_and_changes_nothing(scene):
    zombie = scene.another_projector()
    zombie.step()
    scene.tell(scene.connected())
    scene.project()
    scene.tell(scene.requested("c1"))
    with pytest.raises(Fenced):
        zombie.step()
    assert scene.read(calls.listed) == []
    zombie.forget()
    zombie.step()
    assert [row.id for row in scene.read(calls.listed)] == ["c1"]


def test_two_owners_at_once_project_every_fact_once(scene):
    scene.tell(*(scene.requested(f"c{i}") for i in range(40)))
    fenced: list[Fenced] = []

    def work():
        projector = scene.another_projector(limit=3)
        while True:
            try:
                if not projector.step().moved:
                    return
            except Fenced as error:
                fenced.append(error)
                projector.forget()

    threads = [Thread(target=work) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(scene.read(calls.listed)) == 40
    assert set(_positions(scene).values()) == {40}


def test_a_laggard_catches_up_alone_and_joins_the_others(scene):
    scene.tell(*(scene.requested(f"c{i}") for i in range(5)))
    scene.project()
    before = scene.read(tables)
    scene.set_back(calls.MODEL)
    assert scene.read(calls.listed) == []
    projector = scene.another_projector(limit=2)
    projector.step()
    assert _positions(scene)[key_of(calls.MODEL)] == 2
    assert _positions(scene)[key_of(stations.MODEL)] == 5
    while projector.step().moved:
        pass
    assert set(_positions(scene).values()) == {5}
    assert scene.read(tables) == before


def test_a_laggard_joins_the_others_even_while_they_move_on(scene):
    scene.tell(*(scene.requested(f"c{i}") for i in range(5)))
    scene.project()
    scene.set_back(calls.MODEL)
    scene.tell(*(scene.requested(f"d{i}") for i in range(3)))
    scene.another_projector(limit=6).step()
    assert set(_positions(scene).values()) == {8}


def test_a_laggard_does_not_hold_up_the_others(scene):
    scene.tell(*(scene.requested(f"c{i}") for i in range(6)))
    scene.project()
    scene.set_back(calls.MODEL)
    scene.tell(scene.connected())
    scene.another_projector(limit=2).step()
    assert scene.read(stations.find, "CP1") is not None
    assert len(scene.read(calls.listed)) == 2


def test_a_fact_that_cannot_be_taken_in_costs_only_itself(scene):
    scene.tell(*(scene.connected(f"CP{i}") for i in range(4)))
    clumsy = Clumsy(trips_at={4, 9})
    projector = scene.another_projector(models=[clumsy, calls.MODEL])
    while projector.step().moved:
        pass
    assert scene.read(stumbles.counted) == {"stations_v3": 2}
    assert [each.position for each in scene.read(stumbles.listed)] == [9, 4]
    online = {row.id: row.online for row in scene.read(stations.listed)}
    assert online == {"CP0": True, "CP2": False, "CP3": True}  # CP1 missed its Registered
    reached = _positions(scene)
    assert reached["stations_v3"] == reached["calls_v3"] == scene.log.position()


def test_a_value_that_no_database_can_hold_costs_only_its_fact(scene):
    before_the_calendar = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))
    permit = Permit(expires_at=before_the_calendar)
    scene.tell(Token.issue("BAD", permit, by="olga", at=scene.now))
    scene.tell(scene.requested("c1"))
    scene.project()
    assert [row.id for row in scene.read(calls.listed)] == ["c1"]


@pytest.mark.parametrize("state", [b"{}", b"no JSON", b"[]", b'{"timestamp":7}'])
def test_a_fact_that_cannot_be_read_costs_only_itself(scene, state):
    scene.tell(scene.connected("CP1"))
    fact = StoredFact("station:CP2", 1, Station.Registered.TOPIC, state, "cause")
    place = scene.log.commit([fact], [])
    scene.tell(scene.connected("CP3"), scene.requested("c1"))
    scene.project()
    assert scene.read(stumbles.counted) == {"stations_v3": 1, "strangers_v1": 1}
    assert {each.position for each in scene.read(stumbles.listed)} == {place}
    assert {row.id for row in scene.read(stations.listed)} == {"CP1", "CP3"}
    assert [row.id for row in scene.read(calls.listed)] == ["c1"]


def test_a_rebuild_tries_again_what_could_not_be_taken_in(scene):
    scene.tell(scene.connected())
    clumsy = Clumsy(trips_at={1})
    scene.another_projector(models=[clumsy]).step()
    clumsy.trips_at.clear()
    scene.rebuild(clumsy)
    assert scene.read(stumbles.counted) == {}
    assert scene.read(stations.find, "CP1").registered


def test_a_topic_that_is_wanted_but_not_known_costs_only_itself(scene):
    scene.log.commit([StoredFact("station:CP1", 1, "station.retired", b"{}", "cause")], [])
    scene.tell(scene.connected("CP2"))
    wanting = Clumsy(topics=stations.MODEL.topics | {"station.retired"})
    scene.another_projector(models=[wanting]).step()
    assert scene.read(stumbles.counted) == {"stations_v3": 1}
    told = scene.read(stumbles.missed, [wanting, calls.MODEL])
    assert told == {"stations": 1, "calls": 0}
    assert scene.read(stations.find, "CP2").online


def test_a_fact_of_a_newer_version_of_the_program_passes_by_and_counts_as_lag(scene):
    state = b'{"timestamp":"2026-05-01T12:00:00+00:00"}'
    scene.log.commit([StoredFact("station:CP1", 1, "station.moved", state, "cause")], [])
    scene.later(9)
    told = lag(scene.engine, scene.log, READ_MODELS, clock=scene.clock)
    assert set(told.values()) == {Lag(1, 9.0)}
    scene.project()
    assert scene.read(stumbles.counted) == {}
    assert set(_positions(scene).values()) == {1}


def test_the_lag_is_told_in_facts_and_seconds(scene):
    scene.tell(scene.requested("c1"))
    scene.project()
    scene.tell(scene.requested("c2"), scene.requested("c3"))
    scene.later(9)
    told = lag(scene.engine, scene.log, READ_MODELS, clock=scene.clock)
    assert set(told) == {model.name for model in READ_MODELS}
    assert set(told.values()) == {Lag(2, 9.0)}
    scene.project()
    told = lag(scene.engine, scene.log, READ_MODELS, clock=scene.clock)
    assert set(told.values()) == {Lag(0, 0.0)}


# --- whether rows may be acted on ---


def test_rows_behind_the_log_of_the_start_are_not_trusted(scene):
    scene.tell(scene.requested("c1"))
    trust = Trust(scene.log, [calls.MODEL, stations.MODEL])
    assert not scene.read(trust.holds)
    assert scene.shown(trust.holds)
    scene.tell(scene.requested("c2"))
    assert scene.read(trust.holds)


def test_rows_that_fell_back_are_not_trusted_until_they_are_what_they_were(scene):
    trust = Trust(scene.log, [calls.MODEL, stations.MODEL])
    assert scene.shown(trust.holds)
    scene.tell(*(scene.requested(f"c{i}") for i in range(4)))
    assert scene.shown(trust.holds)
    scene.set_back(calls.MODEL, stations.MODEL)
    projector = scene.another_projector(limit=3)
    projector.step()
    assert not scene.read(trust.holds)
    projector.step()
    assert scene.read(trust.holds)


# --- the owner ---


def test_one_owner_works_and_the_next_waits_for_the_end_of_its_lease(scene):
    first = Ownership(scene.engine, "projections", owner="a", clock=scene.clock)
    second = Ownership(scene.engine, "projections", owner="b", clock=scene.clock)
    assert first.hold()
    assert not second.hold()
    scene.later(4)
    assert first.hold()
    scene.later(4)
    assert not second.hold()
    scene.later(2)
    assert second.hold()
    assert not first.hold()
    assert owner_of(scene.engine, "projections") == "b"


def test_a_released_lease_is_free_at_once(scene):
    first = Ownership(scene.engine, "projections", owner="a", clock=scene.clock)
    second = Ownership(scene.engine, "projections", owner="b", clock=scene.clock)
    assert first.hold()
    first.release()
    assert owner_of(scene.engine, "projections") == ""
    assert second.hold()
    first.release()
    assert owner_of(scene.engine, "projections") == "b"


def test_the_owner_projects_survives_errors_and_gives_the_lease_back(scene):
    scene.tell(scene.connected())
    stop, told = Event(), []
    clumsy = Clumsy(trips_at={1}, error=OSError("the database went away"))

    def news(names):
        told.append(names)
        stop.set()

    class Recovering(Clumsy):
        def project(self, connection, noted):
            trips, clumsy.trips_at = clumsy.trips_at, set()
            if trips:
                raise clumsy.error
            super().project(connection, noted)

    projector = scene.another_projector(models=[Recovering()])
    ownership = Ownership(scene.engine, "projections", owner="a", clock=scene.clock)
    owner = Owner(ownership, projector, news=news)
    owner.run(stop)
    assert told == [{"stations"}]
    assert scene.read(stations.find, "CP1").online
    assert not owner.active
    assert owner_of(scene.engine, "projections") == ""


def test_who_does_not_own_the_work_leaves_it(scene):
    Ownership(scene.engine, "projections", owner="other", clock=scene.clock).hold()
    scene.tell(scene.connected())
    stop = Event()
    ownership = Ownership(scene.engine, "projections", owner="a", clock=scene.clock)
    owner = Owner(ownership, scene.projector, news=lambda _: None)
    thread = Thread(target=owner.run, args=[stop])
    thread.start()
    stop.set()
    thread.join()
    assert not owner.active
    assert scene.read(lambda c: c.execute(select(stations.STATIONS)).all()) == []
