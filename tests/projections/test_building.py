"""Read models are built beside those that are read, under load, through crashes, row for row."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic

import pytest
from sqlalchemy import Engine, Table, inspect, text

from projections import builds, calls, positions, stations, stumbles
from projections.builds import NEXT
from projections.engines import schema_of, writing
from projections.migration import READ_MODELS
from projections.owner import Owner
from projections.ownership import Ownership, owner_of
from projections.positions import Fenced, key_of
from projections.progress import Trust
from tests.projections.building import PATIENCE, busy, drive, finished
from tests.projections.scene import Scene, tables

_POSTGRESQL = pytest.mark.parametrize("empty", ["postgresql"], indirect=True)
_WITH_READERS = pytest.mark.parametrize("empty", ["sqlite file", "postgresql"], indirect=True)


@pytest.fixture
def scene(database: Engine) -> Scene:
    return Scene(database)


def left_over(scene: Scene) -> list[str]:
    """What builds leave behind, of tables and positions."""
    names = inspect(scene.engine).get_table_names(schema_of(scene.engine) or None)
    return [name for name in (*names, *scene.read(positions.read)) if name.endswith(NEXT)]


@dataclass
class At:
    """Threads that work until the end of the test."""

    stop: Event
    threads: list[Thread]

    def work(self, target, *args) -> None:
        self.threads.append(Thread(target=target, args=args))
        self.threads[-1].start()


@pytest.fixture
def meanwhile() -> Iterator[At]:
    at = At(Event(), [])
    yield at
    at.stop.set()
    for each in at.threads:
        each.join()


def test_what_was_built_is_row_for_row_what_was_read_and_nothing_is_left(scene):
    busy(scene, "a", 20)
    scene.project()
    before, indexes = scene.read(tables), index_columns(scene)
    scene.rebuild(*READ_MODELS)
    assert scene.read(tables) == before
    assert left_over(scene) == []
    assert index_columns(scene) == indexes
    scene.rebuild(*READ_MODELS)  # the names of what was built are free again
    busy(scene, "b", 3)
    scene.project()
    assert len(scene.read(calls.listed)) == 23


def index_columns(scene: Scene) -> dict[str, list[tuple[object, ...]]]:
    seen = inspect(scene.engine)
    schema = schema_of(scene.engine) or None
    names = (key_of(model) for model in READ_MODELS)
    return {
        name: sorted(
            (*each["column_names"], each["unique"]) for each in seen.get_indexes(name, schema)
        )
        for name in names
    }


@_POSTGRESQL  # SQLite cannot rename indexes
def test_on_postgresql_tables_indexes_and_views_have_their_names_again(scene):
    schema = schema_of(scene.engine)
    query = text(
        "SELECT relname, relkind FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE nspname = :schema AND relkind IN ('r', 'i', 'v') ORDER BY 1"
    )
    names = lambda connection: connection.execute(query, {"schema": schema}).all()  # noqa: E731
    before = scene.read(names)
    scene.rebuild(*READ_MODELS)
    assert scene.read(names) == before


def test_views_show_what_was_built_and_what_is_built_upon_them_stays(scene):
    scene.tell(scene.connected("CP1"))
    scene.project()
    with writing(scene.engine) as connection:
        connection.execute(text("CREATE VIEW of_somebody AS SELECT id FROM stations"))
    spoil(scene, stations.STATIONS)
    shown = lambda connection: connection.scalars(text("SELECT id FROM of_somebody")).all()  # noqa: E731
    assert scene.read(shown) == []
    scene.rebuild(stations.MODEL)
    assert scene.read(shown) == ["CP1"]


def spoil(scene: Scene, table: Table) -> None:
    """Rows that no facts led to: what a bug has left."""
    with writing(scene.engine) as connection:
        connection.execute(table.delete())


def test_a_rebuild_repairs_rows_and_tries_again_what_was_missed(scene):
    scene.tell(scene.connected("CP1"), scene.requested("c1"))
    scene.project()
    before = scene.read(tables)
    spoil(scene, calls.CALLS)
    with writing(scene.engine) as connection:
        missed = stumbles.Stumble(name=key_of(calls.MODEL), position=3, error="x", at=scene.now)
        stumbles.note(connection, missed)
    scene.rebuild(calls.MODEL)
    assert scene.read(tables) == before
    assert scene.read(stumbles.counted) == {}


def test_a_fact_that_cannot_be_taken_in_costs_only_itself_also_in_a_build(scene):
    scene.tell(scene.connected("CP1"), scene.connected("CP2"))
    state = b'{"timestamp":7}'
    place = scene.tell_stored("station:CP3", stations.MODEL, state)
    scene.project()
    before, missed = scene.read(tables), scene.read(stumbles.counted)
    assert missed[key_of(stations.MODEL)] == 1
    scene.rebuild(stations.MODEL)
    assert scene.read(tables) == before
    assert scene.read(stumbles.counted) == missed
    assert {each.position for each in scene.read(stumbles.listed)} == {place}


def test_under_load_what_was_built_is_what_a_second_projection_of_all_facts_shows(scene, meanwhile):
    busy(scene, "a", 40)
    ownership = Ownership(scene.engine, "projections", owner="o", clock=scene.clock)
    owner = Owner(ownership, scene.projector, news=lambda _: None)
    meanwhile.work(owner.run, meanwhile.stop)

    def write() -> None:
        for round_ in range(1_000):
            if meanwhile.stop.is_set():
                return
            busy(scene, f"w{round_}-", 1)
            meanwhile.stop.wait(0.005)

    meanwhile.work(write)
    for models in ((calls.MODEL,), READ_MODELS):
        scene.ask(*models)
        drive(scene, scene.builder(), models)
    meanwhile.stop.set()
    for each in meanwhile.threads:
        each.join()
    scene.projector.forget()
    scene.project()
    elsewhere = Scene()
    elsewhere.log = scene.log
    again = elsewhere.another_projector()
    while again.step().moved:
        pass
    assert scene.read(tables) == elsewhere.read(tables)
    assert left_over(scene) == []


@_WITH_READERS  # in memory there is one connection
def test_whoever_reads_meanwhile_sees_all_rows_all_the_time(scene, meanwhile):
    busy(scene, "a", 10)
    scene.project()
    seen: set[tuple[int, int]] = set()
    errors: list[Exception] = []

    def look() -> None:
        while not meanwhile.stop.is_set():
            try:
                with scene.engine.connect() as connection:
                    view = len(connection.execute(text("SELECT id FROM calls")).all())
                    seen.add((len(calls.listed(connection)), view))
            except Exception as error:  # noqa: BLE001 - told below
                errors.append(error)
                return

    for _ in range(3):
        meanwhile.work(look)
    for _ in range(8):
        scene.ask(calls.MODEL)
        drive(scene, scene.builder(), [calls.MODEL])
    meanwhile.stop.set()
    for each in meanwhile.threads:
        each.join()
    assert errors == []
    assert seen == {(10, 10)}


@_POSTGRESQL  # a reader of SQLite has a snapshot, and delays nothing
def test_a_reader_who_does_not_let_go_delays_the_switch_and_is_not_disturbed(scene):
    busy(scene, "a", 3)
    scene.project()
    scene.ask(calls.MODEL)
    builder = scene.builder()
    with scene.engine.connect() as reading:
        assert len(calls.listed(reading)) == 3
        while builder.step(active=True):
            pass
        assert not finished(scene, calls.MODEL)
        assert len(calls.listed(reading)) == 3
    drive(scene, builder, [calls.MODEL])


@_POSTGRESQL  # SQLite lets such a view be
def test_a_view_of_somebody_on_a_table_of_ours_is_told_as_the_problem(scene, meanwhile):
    scene.tell(scene.requested("c1"))
    scene.project()
    with writing(scene.engine) as connection:
        connection.execute(text("CREATE VIEW of_somebody AS SELECT id FROM calls_v3"))
    scene.ask(calls.MODEL)
    meanwhile.work(scene.builder().run, meanwhile.stop, lambda: True)
    awaited(lambda: "of_somebody" in scene.read(builds.known)[key_of(calls.MODEL)].problem)
    assert len(scene.read(calls.listed)) == 1
    with writing(scene.engine) as connection:
        connection.execute(text("DROP VIEW of_somebody"))
    awaited(lambda: finished(scene, calls.MODEL))
    assert scene.read(builds.known)[key_of(calls.MODEL)].problem == ""


def awaited(condition: Callable[[], bool]) -> None:
    deadline = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < deadline


def test_a_build_goes_on_where_it_was_when_its_process_died(scene):
    busy(scene, "a", 20)
    scene.project()
    before = scene.read(tables)
    scene.ask(calls.MODEL)
    dead = scene.builder("dead")
    dead.portion = 10
    assert dead.step(active=True)
    reached = scene.read(positions.read)[f"{key_of(calls.MODEL)}{NEXT}"]
    assert 0 < reached < scene.log.position()
    other = scene.builder("other")
    assert not other.step(active=True)  # the lease of the dead one stands
    scene.later(6)
    other.portion = 10
    assert other.step(active=True)
    assert scene.read(positions.read)[f"{key_of(calls.MODEL)}{NEXT}"] > reached
    drive(scene, other, [calls.MODEL])
    assert scene.read(tables) == before


def test_two_builders_at_once_take_in_every_fact_once(scene, meanwhile):
    busy(scene, "a", 60)
    scene.project()
    before = scene.read(tables)
    scene.ask(calls.MODEL, stations.MODEL)
    fenced: list[Fenced] = []

    def work(owner: str) -> None:
        builder = scene.builder(owner)
        builder.portion = 7
        while not (finished(scene, calls.MODEL) and finished(scene, stations.MODEL)):
            scene.later(10)  # no lease holds: only the positions fence
            try:
                builder.step(active=True)
            except Fenced as error:
                fenced.append(error)
                builder.forget()

    for owner in ("a", "b"):
        meanwhile.work(work, owner)
    for each in meanwhile.threads:
        each.join(PATIENCE)
    assert scene.read(tables) == before
    assert scene.read(stumbles.counted) == {}


def test_the_lease_is_given_back_when_it_is_done(scene):
    scene.tell(scene.requested("c1"))
    scene.project()
    scene.ask(calls.MODEL)
    builder, name = scene.builder("b1"), f"build {key_of(calls.MODEL)}"
    builder.step(active=True)
    assert finished(scene, calls.MODEL)
    assert owner_of(scene.engine, name) == ""


def test_one_that_is_asked_for_twice_is_built_once(scene):
    assert scene.ask(calls.MODEL) == [key_of(calls.MODEL)]
    assert scene.ask(calls.MODEL) == []
    builder = scene.builder()
    while builder.step(active=True):
        pass
    assert scene.ask(calls.MODEL) == [key_of(calls.MODEL)]


def test_rows_are_trusted_and_nobody_is_fenced_by_a_switch(scene):
    busy(scene, "a", 5)
    trust = Trust(scene.log, [calls.MODEL, stations.MODEL])
    assert scene.shown(trust.holds)
    scene.rebuild(calls.MODEL)
    assert scene.read(trust.holds)
    scene.tell(scene.requested("later"))
    assert scene.projector.step().moved
    assert scene.read(trust.holds)
