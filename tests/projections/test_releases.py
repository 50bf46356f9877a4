"""A read model of a new version is built before anybody reads it, while the old release goes on."""

from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, select, text

from projections import builds, calls, positions
from projections.engines import writing
from projections.migration import READ_MODELS, migrate
from projections.positions import key_of
from projections.readmodel import ReadModel, onto
from projections.tables import beside
from tests.projections.building import busy, drive
from tests.projections.scene import Scene, rows_of


@pytest.fixture
def scene(database: Engine) -> Scene:
    return Scene(database)


@dataclass
class Upgraded:
    """The release that follows: the calls in a table of a new version, which no view reads."""

    scene: Scene
    model: ReadModel
    models: tuple[ReadModel, ...]

    def position(self) -> int | None:
        return self.scene.read(positions.read).get(key_of(self.model))

    def rows(self) -> list[tuple[object, ...]]:
        return self.scene.read(rows_of, self.model.table)


@pytest.fixture
def upgraded(scene: Scene) -> Upgraded:
    busy(scene, "a", 10)
    scene.project()
    table = beside(calls.CALLS, "", indexes="_9")
    table.name = "calls_v9"
    model = onto(calls.MODEL, table)
    with writing(scene.engine) as connection:
        table.create(connection)
        builds.ask(connection, [table.name], by="", at=scene.now)
    others = tuple(each for each in READ_MODELS if each is not calls.MODEL)
    return Upgraded(scene, model, (*others, model))


def test_a_new_version_is_kept_close_to_the_log_until_its_release_owns_the_work(upgraded):
    scene = upgraded.scene
    spare = scene.builder("new", models=upgraded.models)
    while spare.step(active=False):
        pass
    assert upgraded.position() is None
    busy(scene, "b", 5)
    scene.project()  # the release before goes on
    assert len(scene.read(calls.listed)) == 15
    while spare.step(active=False):
        pass
    assert upgraded.position() is None
    drive(scene, spare, [upgraded.model])
    assert upgraded.position() == scene.log.position()
    assert upgraded.rows() == scene.read(rows_of, calls.CALLS)


def test_the_projector_of_the_new_release_takes_a_version_up_once_it_is_built(upgraded):
    scene = upgraded.scene
    projector = scene.another_projector(models=upgraded.models)
    busy(scene, "b", 5)
    while projector.step().moved:
        pass
    assert upgraded.position() is None
    drive(scene, scene.builder(models=upgraded.models), [upgraded.model])
    busy(scene, "c", 5)
    while projector.step().moved:
        pass
    assert upgraded.position() == scene.log.position()
    assert len(upgraded.rows()) == 20


def test_a_database_without_rows_of_a_log_that_has_facts_is_built_before_it_is_read(empty):
    migrate(empty, has_facts=True)
    scene = Scene(empty)
    busy(scene, "a", 10)
    scene.project()
    assert scene.read(positions.read) == {}
    assert set(scene.read(builds.unfinished)) == {key_of(model) for model in READ_MODELS}
    drive(scene, scene.builder(), list(READ_MODELS))
    scene.project()
    assert set(scene.read(positions.read).values()) == {scene.log.position()}
    assert len(scene.read(calls.listed)) == 10
    assert len(scene.read(lambda c: c.execute(select(text("id FROM calls"))).all())) == 10


def test_a_log_without_facts_needs_no_builds(empty):
    migrate(empty)
    scene = Scene(empty)
    assert scene.read(builds.known) == {}
    assert set(scene.read(positions.read)) == {key_of(model) for model in READ_MODELS}
